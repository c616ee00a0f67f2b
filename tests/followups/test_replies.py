"""Answers by e-mail: real bytes in a mailbox, taken by the command."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from cohorts.models import Membership
from followups import mails
from followups.models import Answer, CheckIn, DraftField, Reply
from outbox import mailboxes
from tests.factories import make_team
from tests.followups.conftest import HOUR, World, day
from tests.followups.imap import Imap
from tests.followups.pages import Browser, text_of


class Post:
    """What someone's mail program does with a check-in mail."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def reply(self, text: str, *, to: Any = None, **headers: str) -> EmailMessage:
        """A reply to the reader's last check-in mail, which quotes it."""
        letter = self.world.letters(to or self.world.amara)[-1]
        answer = EmailMessage()
        answer["From"] = headers.pop("From", (to or self.world.amara).email)
        answer["To"] = letter["Reply-To"]
        answer["Message-ID"] = headers.pop("Message_ID", "<1@phone.example>")
        answer["In-Reply-To"] = letter["Message-ID"]
        for name, value in headers.items():
            answer[name.replace("_", "-")] = value
        quoted = letter.get_body(("plain",)).get_content()
        cited = "\n".join(f"> {line}" for line in quoted.split("\n"))
        intro = "On Fri, 19 Jun 2026 at 09:12, Coalitions <coalitions@example.org> wrote:"
        answer.set_content(f"{text}\n\n{intro}\n{cited}\n")
        return answer

    def arrive(self, mail: EmailMessage | bytes) -> str:
        """The mail comes in, and the command looks."""
        name = f"{len(list(self.folder.rglob('*.x*'))):03}.x"
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=email.policy.SMTP)
        (self.folder / "new" / name).write_bytes(raw)
        out = io.StringIO()
        with time_machine.travel(self.world.clock, tick=False):
            call_command("followups", "receive", stdout=out)
        return out.getvalue()

    def told(self) -> list[EmailMessage]:
        """What we wrote back."""
        self.world.live_until(self.world.clock + HOUR)
        return [m for m in self.world.letters() if "your mail about" in m["Subject"]]


@pytest.fixture
def post(year: World, tmp_path: Path, settings: Any) -> Post:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    settings.REPLY_MAILBOX = f"maildir://{tmp_path}"
    settings.REPLY_ADDRESS = "answers@example.org"
    year.live_until(day(0))
    return Post(year, tmp_path)


def did() -> str:
    return DraftField.objects.get(name="did").text


def test_an_answer_to_the_mail_becomes_the_check_ins_text_and_sends_nothing(post):
    assert "1 answers" in post.arrive(post.reply("We met the payroll office.\n\nAll came."))
    assert did() == "We met the payroll office.\n\nAll came."
    assert not Answer.objects.exists()
    assert post.world.check_in().state == "open"
    phone = Browser(post.world.clock)
    page = text_of(phone.follow(post.world.link()))
    assert "by e-mail from Amara Kollie" in page
    assert post.told() == []


def test_each_mail_has_an_address_of_its_own_of_which_only_a_hash_is_kept(post):
    mine, theirs = (
        post.world.letters(person)[-1]["Reply-To"]
        for person in (post.world.amara, post.world.boima)
    )
    assert mine != theirs
    assert mine.startswith("answers+")
    raw = next(t.raw for t in post.world.sink.taken if t.to == post.world.amara.email)
    # In one line, as the mail programs want it.
    assert f"Reply-To: {mine}\r\n".encode() in raw


def test_without_a_mailbox_mails_have_no_reply_address_and_the_command_says_so(opened):
    assert opened.letters()[-1]["Reply-To"] is None
    assert "##" not in opened.letters()[-1].get_body(("plain",)).get_content()
    with pytest.raises(CommandError, match="No mailbox"):
        call_command("followups", "receive")


def test_a_second_mail_is_added_below_and_the_same_one_again_is_once(post):
    first = post.reply("We met.")
    for mail in (first, first, post.reply("And agreed.", Message_ID="<2@phone.example>")):
        post.arrive(mail)
    assert did() == "We met.\n\nAnd agreed."
    assert Reply.objects.count() == 2


def test_what_someone_has_on_their_screen_and_what_comes_by_mail_meet_in_a_conflict(post):
    phone = Browser(post.world.clock)
    page = phone.follow(post.world.link())
    post.arrive(post.reply("By mail."))
    clash = phone.send(page, did="By phone.")
    assert (clash.status_code, "By mail." in text_of(clash)) == (409, True)


def test_files_are_refused_politely_once_and_the_words_are_kept(post):
    mail = post.reply("See the list.")
    mail.add_attachment(b"PK", "application", "zip", filename="list.zip")
    for _ in range(2):
        post.arrive(mail)
    assert did() == "See the list."
    (told,) = post.told()
    assert told["To"] == post.world.amara.email
    assert told["In-Reply-To"] == "<1@phone.example>"
    assert told["Auto-Submitted"] == "auto-generated"
    assert "files" in told.get_body(("plain",)).get_content()
    # Nobody answers to that: it has no address with a token.
    assert told["Reply-To"] is None


def test_a_picture_in_a_signature_is_no_attachment(post):
    mail = post.reply("We met.")
    mail.add_related(b"GIF", "image", "gif", cid="<logo@x>", disposition="inline")
    post.arrive(mail)
    assert (did(), post.told()) == ("We met.", [])


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@mx.example"},
        {"List_Id": "<list.example>"},
    ],
)
def test_machines_are_ignored_and_never_answered(post, headers):
    mail = post.reply("I am out of office.", **headers)
    mail.add_attachment(b"PK", "application", "zip", filename="list.zip")
    post.arrive(mail)
    assert not DraftField.objects.exists()
    assert post.told() == []


def test_a_stranger_with_the_right_address_writes_in_that_check_in_alone(post):
    make_team(post.world.cohort, name="Kenya")
    mail = post.reply("From elsewhere.", From="stranger@example.net")
    mail.add_attachment(b"PK", "application", "zip", filename="list.zip")
    post.arrive(mail)
    assert DraftField.objects.get().check_in == post.world.check_in()
    assert Reply.objects.get().sender == "stranger@example.net"
    # What is refused is told to the person the address was given to.
    assert [letter["To"] for letter in post.told()] == [post.world.amara.email]


@pytest.mark.parametrize("address", ["answers@example.org", f"answers+{'a' * 26}@example.org"])
def test_an_address_without_a_right_token_does_nothing(post, address):
    mail = post.reply("We met.")
    del mail["To"]
    mail["To"] = address
    assert "0 answers" in post.arrive(mail)
    assert not DraftField.objects.exists()


def left_the_team(world: World) -> None:
    Membership.objects.filter(user=world.amara).delete()


def links_are_closed(world: World) -> None:
    browser = Browser(world.clock)
    browser.client.handler.enforce_csrf_checks = False
    browser.sign_in(world.amara)
    browser.post(f"/teams/{world.team.pk}/check-ins/{world.check_in().pk}/links/", {})


def run_out(world: World) -> None:
    world.clock = mails.link_ends(world.check_in()) + HOUR


@pytest.mark.parametrize("end", [left_the_team, links_are_closed, run_out])
def test_the_address_ends_as_the_link_does(post, end):
    mail = post.reply("We met.")
    end(post.world)
    assert "0 answers" in post.arrive(mail)
    assert not DraftField.objects.exists()


def test_an_excused_round_an_empty_mail_and_one_too_long_are_told(post):
    post.arrive(post.reply("", Message_ID="<2@x.example>"))
    post.arrive(post.reply("x" * 5001, Message_ID="<3@x.example>"))
    CheckIn.objects.filter(pk=post.world.check_in().pk).update(
        state="excused", next_at=None, next_step="none"
    )
    post.arrive(post.reply("Late.", Message_ID="<4@x.example>"))
    assert [r.outcome for r in Reply.objects.order_by("pk")] == ["empty", "too long", "closed"]
    assert len(post.told()) == 3
    assert not DraftField.objects.exclude(text="").exists()


def test_a_huge_mail_is_not_read_but_told(post):
    mail = post.reply("See the film.")
    mail.add_attachment(b"0" * 2_000_000, "video", "mp4", filename="film.mp4")
    post.arrive(mail)
    assert Reply.objects.get().outcome == "too large"
    assert not DraftField.objects.exists()
    assert len(post.told()) == 1


@pytest.mark.parametrize(
    ("charset", "content", "words"),
    [
        ("iso-8859-1", "Réunion à Dakar".encode("latin-1"), "Réunion à Dakar"),
        ("utf-8", "Réunion à Dakar".encode("latin-1"), "Réunion à Dakar"),
        ("x-unknown", "اجتمعنا".encode(), "اجتمعنا"),
        ("utf-8", b"Nul\0 in the middle", "Nul in the middle"),
    ],
)
def test_a_wrong_or_unknown_character_set_is_guessed(post, charset, content, words):
    address = post.world.letters(post.world.amara)[-1]["Reply-To"]
    head = (
        f"From: amara@example.org\r\nTo: {address}\r\nMessage-ID: <9@x.example>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    post.arrive(head.encode() + content + b"\r\n")
    assert did() == words


def test_a_mail_of_html_alone_is_read_without_its_quote(post):
    mail = post.reply("")
    mail.set_content(
        "<div>We met the <b>clerks</b>.</div><div>All came.</div>"
        '<div class="gmail_quote"><div>On Friday wrote:</div>'
        "<blockquote>##--## x</blockquote></div>",
        subtype="html",
    )
    post.arrive(mail)
    assert did() == "We met the clerks.\nAll came."


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\xff\xfe\0" * 50, b"To: answers+\r\nFrom: <<>>\r\n"]
)
def test_bytes_that_are_no_mail_disturb_nobody(post, raw):
    post.arrive(raw)
    post.arrive(post.reply("We met."))
    assert did() == "We met."


def test_what_was_read_is_marked_and_stays_in_the_mailbox(post):
    post.arrive(post.reply("We met."))
    assert [file.name for file in (post.folder / "cur").iterdir()] == ["000.x:2,S"]
    assert list((post.folder / "new").iterdir()) == []


@pytest.fixture
def imap(post: Post) -> Iterator[Imap]:
    huge = post.reply("See the film.", Message_ID="<2@x.example>")
    huge.add_attachment(b"0" * 2_000_000, "video", "mp4", filename="film.mp4")
    mails = [post.reply("We met."), huge]
    raws = {n: mail.as_bytes(policy=email.policy.SMTP) for n, mail in enumerate(mails, start=7)}
    server = Imap(raws, "s3cret@")
    yield server
    server.close()


def test_answers_are_read_by_imap_once(post, imap, settings, capsys):
    settings.REPLY_MAILBOX = f"imap://answers:s3cret%40@127.0.0.1:{imap.port}/INBOX"
    with time_machine.travel(post.world.clock, tick=False):
        call_command("followups", "receive")
        call_command("followups", "receive")
    assert did() == "We met."
    assert [r.outcome for r in Reply.objects.order_by("pk")] == ["kept", "too large"]
    assert imap.seen == {7, 8}
    assert capsys.readouterr().out == "2 answers by mail.\n0 answers by mail.\n"


@pytest.mark.parametrize(
    "wrong", ["imap://answers:no@127.0.0.1:{port}/INBOX", "imap://x:x@127.0.0.1:1/"]
)
def test_a_mailbox_that_does_not_open_is_a_warning_without_its_password(
    post, imap, settings, caplog, wrong
):
    settings.REPLY_MAILBOX = wrong.format(port=imap.port)
    mailboxes.look_all()
    assert "could not be read: 127.0.0.1" in caplog.text
    assert ":no@" not in caplog.text
