"""An SMTP server that does exactly what a test says at each stage of the dialogue."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass

CUT = "cut"
HANG = "hang"
FINE = {
    "CONNECT": "220 sink",
    "EHLO": "250 sink",
    "HELO": "250 sink",
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go on",
    "BODY": "",
    "DOT": "250 2.0.0 taken",
    "RSET": "250 fine",
    "QUIT": "221 bye",
}


@dataclass(frozen=True)
class Taken:
    """A mail that the server accepted: its envelope and its bytes as they were before the wire."""

    sender: str
    to: str
    raw: bytes


class Sink(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1. `says` maps a stage to an answer, or a list of answers in turn.

    An answer is a line of SMTP, `CUT` (the connection ends at this stage) or `HANG` (no answer
    until the test is over). `BODY` is after the first bytes of a mail; `DOT` after the last: the
    mail was accepted there unless the answer is a refusal, whatever becomes of the connection.
    Like any server it wants a greeting first.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.port: int = self.server_address[1]
        self.says: dict[str, str | list[str]] = {}
        self.heard: list[str] = []
        self.taken: list[Taken] = []
        self.connections = 0
        self.over = threading.Event()
        # What happens inside the gap, when the mail is taken and nobody has heard of it.
        self.on_dot = lambda: None
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, stage: str) -> str:
        said = self.says.get(stage, FINE[stage])
        if isinstance(said, list):
            said = said.pop(0) if said else FINE[stage]
        return said

    def close(self) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class Dialogue(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        self.server.connections += 1
        try:
            self.say("CONNECT")
            sender = to = ""
            greeted = False
            while line := self.rfile.readline():
                words = line.decode("ascii").strip()
                verb = words[:4].upper()
                self.server.heard.append(words)
                if verb == "MAIL":
                    sender = words[10:].split(">")[0].strip("<> ")
                elif verb == "RCPT":
                    to = words[8:].strip("<> ")
                if verb == "MAIL" and not greeted:
                    self.do("503 5.5.1 say EHLO first")
                    continue
                self.say(verb)
                greeted |= verb in {"EHLO", "HELO"} and self.said.startswith("250")
                if verb == "DATA" and self.said.startswith("354"):
                    self.body(sender, to)
                if verb == "QUIT":
                    return
        except (ConnectionError, EOFError):
            pass

    def body(self, sender: str, to: str) -> None:
        lines = [self.rfile.readline()]
        if answer := self.server.answer("BODY"):
            self.do(answer)
        while lines[-1] != b".\r\n":
            lines.append(self.rfile.readline())
            if not lines[-1]:
                raise EOFError
        raw = b"".join(line.removeprefix(b".") for line in lines[:-1])
        answer = self.server.answer("DOT")
        if answer[0] not in "45":
            self.server.taken.append(Taken(sender, to, raw))
        self.server.on_dot()
        self.do(answer)

    def say(self, stage: str) -> None:
        self.do(self.server.answer(stage))

    def do(self, answer: str) -> None:
        self.said = answer
        if answer == HANG:
            self.server.over.wait(30)
        if answer in (CUT, HANG):
            raise ConnectionError
        self.wfile.write(answer.encode() + b"\r\n")
