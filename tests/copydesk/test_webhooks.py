"""[[webhook]] and [notify]: what may stand there, and that the verbs tell of what they store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.settings import load_settings
from copydesk.webhooks import told_of_run
from storage.sqlite import Store
from tests.webhook_server import Receiver, receive


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as found:
        yield found


def settings(text: str) -> None:
    Path("copydesk.toml").write_text(text, encoding="utf-8")


def hook(url: str, more: str = "") -> None:
    settings(f'[[webhook]]\nname = "desk"\nurl = "{url}"\n{more}')


def test_an_ingest_tells_the_webhook_of_each_article_once(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    hook(receiver.url, 'headers = { Authorization = "hush" }')
    assert cli("ingest", story).code == 0
    assert cli("ingest", story).code == 0
    story.write_text(story.read_text(encoding="utf-8") + "\nA second bridge is planned.\n")
    assert cli("ingest", story).code == 0
    assert receiver.told == [
        ("stored", "Bridge over the Fjord opens"),
        ("updated", "Bridge over the Fjord opens"),
    ]
    assert receiver.sent[0]["authorization"] == "hush"
    key = cli("show", 1, "--json").json["key"]
    assert receiver.bodies[0]["article"]["key"] == key


def test_a_webhook_that_is_down_stops_nothing_and_is_told_later(story: Path, cli: Any) -> None:
    with receive() as gone:
        hook(gone.url)
    answer = cli("ingest", story)
    assert answer.code == 0
    assert "did not take" in answer.err
    sqlite3.connect("copydesk.db", isolation_level=None).executescript(
        "UPDATE webhooks SET next_try = NULL; UPDATE outbox SET next_try = '2020-01-01T00:00:00Z'"
    )
    with receive(int(gone.url.split(":")[2].split("/")[0])) as back:
        assert cli("ingest", story).code == 0
        assert len(back.bodies) == 1


def test_a_dry_run_tells_nobody(story: Path, receiver: Receiver, cli: Any) -> None:
    hook(receiver.url)
    assert cli("ingest", story, "--dry-run").code == 0
    assert receiver.bodies == []


def test_a_webhook_that_left_the_settings_is_told_of_nothing_more(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    hook(receiver.url)
    cli("ingest", story)
    settings('[models]\nprecision = "f32"\n')
    story.write_text("Another story\n\nThe port of Oslo closed on Monday.\n", encoding="utf-8")
    cli("ingest", story)
    assert len(receiver.bodies) == 1
    assert sqlite3.connect("copydesk.db").execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_a_call_without_settings_leaves_the_messages_to_those_who_send(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    hook(receiver.url)
    cli("ingest", story)
    Path("copydesk.toml").unlink()
    story.write_text("Another story\n\nThe port of Oslo closed on Monday.\n", encoding="utf-8")
    cli("ingest", story)
    assert sqlite3.connect("copydesk.db").execute("SELECT count(*) FROM outbox").fetchone() == (1,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[webhook]]\nurl = "https://hush.example.org/"', "webhook.0.name is missing"),
        ('[[webhook]]\nname = "a"\nurl = "hush"', "webhook.0.url is wrong: it has to begin with"),
        ('[[webhook]]\nname = "a"\nurl = "ftp://hush/"', "webhook.0.url is wrong"),
        ('[[webhook]]\nname = " "\nurl = "https://x.org"', "webhook.0.name = ' ' is wrong"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.org"\non = []', "webhook.0.on = [] is wrong"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.org"\non = ["store"]', "did you mean stored?"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.org"\nhead = 1', "Did you mean headers?"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.org"\nheaders = { "a b" = "hush" }', "no name that HTTP knows"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.org"\nheaders = { A = "hush\\nx" }', "control characters"),
        ('[[webhook]]\nname = "a"\nurl = ["hush"]', "webhook.0.url is wrong"),
        ('[[webhook]]\nname = "a"\nurl = "https://x.org"\n[[webhook]]\nname = "a"\nurl = "https://y.org"', "webhook.0 has that name"),
        ('[notify]\nwebhook = "hush"', "notify.webhook is wrong"),
        ("[notify]\nwebhook = 1", "notify.webhook is wrong"),
        ('[notify]\ncommand = [""]', "notify.command is wrong"),
        ('[notify]\ncommand = "mail hush"', "notify.command is wrong"),
        ('[notify]\nwebhok = "https://x.org"', "Did you mean webhook?"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused_without_their_secrets(
    text: str, said: str, cli: Any
) -> None:
    settings(text)
    answer = cli("settings")
    assert answer.code == 2
    assert said in answer.err
    assert "hush" not in answer.err
    assert answer.err.count("\n") == 1


def test_what_a_flow_stores_is_told_of_though_it_knows_no_settings(
    receiver: Receiver, prepare_article: Any, fake_encoder: Any
) -> None:
    hook(receiver.url)
    with told_of_run(load_settings(), say=lambda _: None):
        with Store("copydesk.db", encoder=lambda: fake_encoder, mode="a") as store:
            store.put([prepare_article("Rain fell.", title="Rain")])
        assert receiver.told == []
    assert receiver.told == [("stored", "Rain")]


def test_settings_show_where_a_webhook_leads_and_no_secret(cli: Any) -> None:
    hook("https://ann:hush@hooks.example.org/hush", 'headers = { Authorization = "hush" }')
    with Path("copydesk.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[notify]\nwebhook = "https://hooks.example.org/hush"\ncommand = ["mail", "desk"]'
        )
    for form in ((), ("--json",)):
        answer = cli("settings", *form)
        assert "https://hooks.example.org/..." in answer.out
        assert "Authorization" in answer.out
        assert "mail" in answer.out
        assert "hush" not in answer.out + answer.err


def test_what_a_webhook_did_not_take_is_listed_and_sent_again_on_demand(
    story: Path, cli: Any
) -> None:
    with receive() as gone:
        hook(gone.url)
    cli("ingest", story)
    with sqlite3.connect("copydesk.db") as connection:
        connection.execute(
            "UPDATE outbox SET given_up = 1, attempts = 12, created_at = '2020-01-01T00:00:00Z'"
        )
    (listed,) = cli("webhooks", "list", "--given-up", "--json").json["messages"]
    assert (listed["webhook"], listed["attempts"], listed["given_up"]) == ("desk", 12, True)
    assert listed["title"] == "Bridge over the Fjord opens"
    assert listed["last_error"].startswith("no connection")
    assert "given up" in cli("webhooks", "list", "desk").out
    with receive(int(gone.url.split(":")[2].split("/")[0])) as back:
        assert cli("webhooks", "retry", "desk", "--json").json == {"tried": 1, "left": 0}
        assert [one["id"] for one in back.bodies] == [listed["id"]]
    assert cli("webhooks", "list").out == "Nothing waits.\n"


def test_a_webhook_that_is_not_there_is_refused_with_the_nearest_name(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    hook(receiver.url)
    cli("ingest", story)
    for call in (("retry", "dsk"), ("list", "dsk")):
        answer = cli("webhooks", *call)
        assert answer.code == 2
        assert "Did you mean desk?" in answer.err
    assert cli("webhooks", "retry").code == 2
    assert cli("webhooks", "retry", "desk", "--all").code == 2
