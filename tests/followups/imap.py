"""A small IMAP server (RFC 3501) with one mailbox, for what we say to one."""

from __future__ import annotations

import re
import socketserver
import threading


class Imap:
    """Listens on a free port of this machine; `mails` by uid, `seen` the uids marked as read."""

    def __init__(self, mails: dict[int, bytes], password: str) -> None:
        self.mails, self.password = mails, password
        self.seen: set[int] = set()
        imap = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                for request in self.rfile:
                    tag, _blank, command = request.decode().strip().partition(" ")
                    for part in imap.answer(command):
                        self.wfile.write(part)
                    verdict = imap.verdict(command)
                    self.wfile.write(f"{tag} {verdict}\r\n".encode())
                    if command.upper().startswith("LOGOUT"):
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def verdict(self, command: str) -> str:
        if command.upper().startswith("LOGIN") and self.password not in command:
            return "NO wrong password"
        if command.upper().startswith("SELECT") and "INBOX" not in command:
            return "NO no such mailbox"
        return "OK done"

    def answer(self, command: str) -> list[bytes]:
        word = command.upper()
        if word.startswith("CAPABILITY"):
            return [b"* CAPABILITY IMAP4rev1\r\n"]
        if word.startswith("LOGOUT"):
            return [b"* BYE\r\n"]
        if word.startswith("SELECT"):
            return [f"* {len(self.mails)} EXISTS\r\n".encode()]
        if word.startswith("UID SEARCH UNSEEN"):
            unseen = " ".join(str(uid) for uid in sorted(set(self.mails) - self.seen))
            return [f"* SEARCH {unseen}".rstrip().encode() + b"\r\n"]
        if found := re.match(r"UID FETCH (\d+) .*<0\.(\d+)>", word):
            mail = self.mails[int(found[1])]
            part = mail[: int(found[2])]
            head = (
                f"* 1 FETCH (UID {found[1]} RFC822.SIZE {len(mail)} BODY[]<0> {{{len(part)}}}\r\n"
            )
            return [head.encode(), part, b")\r\n"]
        if found := re.match(r"UID STORE (\d+) \+FLAGS \(\\SEEN\)", word):
            self.seen.add(int(found[1]))
        return []

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
