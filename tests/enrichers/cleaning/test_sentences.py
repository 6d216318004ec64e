"""Sentences of an article that look like the page's stay, whatever pattern they match; the page's own leave."""

from __future__ import annotations

import pytest

from enrichers.cleaning.boilerplate import drop_reasons
from enrichers.cleaning.draft import Block

BEFORE = "The council met on Tuesday and heard nine speakers on the plan for the harbour."
AFTER = "Nobody could say in the end what it would cost the town, and the vote was put off."


def reason_of(text: str, *, beside: str = BEFORE) -> str | None:
    blocks = [Block(text=one) for one in (BEFORE, BEFORE, BEFORE, beside, text, AFTER, AFTER)]
    return drop_reasons(blocks, title="Harbour plan put off")[4]


@pytest.mark.parametrize(
    "sentence",
    [
        "The ad will run in six states before the vote.",
        "Officials welcome public comments on the plan until June 4.",
        "The men entered the plant without the written permission of the owner.",
        "To change the law, parliament needs the consent of the king.",
        "We will not accept the terms of this deal.",
        "More news from the front came at dawn.",
        "The farmers will get compensation by autumn.",
        "The bakery uses cookies to teach children fractions.",
        "If you see the suspect, do not approach him and contact police at once.",
        "If you have information about the theft, call us, the police chief said.",
        "Ich möchte meinen Kindern etwas hinterlassen, sagt die Bäuerin.",
        "Durch die Nutzung der Abwärme spart die Stadt Gas.",
        "Zum Thema Rente sagte sie nichts.",
        "Weitere Nachrichten aus der Region erreichten die Helfer erst am Abend.",
        "En validant son permis, elle a changé de vie.",
        "Une erreur de calcul a coûté deux millions à la commune.",
        "Les droits de pêche sont réservés aux habitants.",
        "Al continuar la lluvia, el río se desbordó.",
        "Quiero recibir a mi hijo en casa.",
        "Más noticias de la guerra llegaron al pueblo.",
    ],
)
def test_a_sentence_that_only_looks_like_the_pages_stays(sentence: str) -> None:
    assert reason_of(sentence) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Get our headlines delivered to your inbox every morning.", "newsletter"),
        ("This site uses cookies to give you a better experience.", "consent"),
        ("Abonnieren Sie jetzt unseren Newsletter für den Hafen.", "newsletter"),
        ("Inscrivez-vous gratuitement à notre newsletter du soir.", "newsletter"),
        ("Suscríbete a nuestro boletín de noticias del puerto.", "newsletter"),
    ],
)
def test_a_sentence_of_a_site_that_speaks_to_its_reader_leaves(line: str, reason: str) -> None:
    assert reason_of(line) == reason


def test_a_doubtful_sentence_leaves_with_the_line_of_the_page_beside_it() -> None:
    sentence = "Al continuar con la lectura, se acepta todo lo dicho."
    assert reason_of(sentence) is None
    assert reason_of(sentence, beside="Suscríbete a nuestro boletín") == "newsletter"


def test_a_sentence_below_an_advertisement_stays() -> None:
    assert reason_of("More news from the front came at dawn.", beside="Advertisement") is None
