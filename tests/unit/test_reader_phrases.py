# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every entry of the reader's tables does what its table says: take it out, and a test here fails."""

from __future__ import annotations

import re

import pytest

from epelbot.domain.post import Meaning, Reason
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reader import read_post, starts_matter
from epelbot.policy.reading_lists import HAZARDS
from epelbot.policy.reading_paraphrases import PARAPHRASES, Paraphrase
from epelbot.policy.reading_reasons import MARKERS, PATTERNS, category_of
from tests.unit.reader_posts import post_with, read

SUBJECT = "Retiring wobble from EPEL 9"

AUTOMATIC = [
    "[EPEL-devel] Fedora EPEL 9 updates-testing report",
    "Orphaned packages looking for new maintainers",
    "List of packages looking for a new maintainer",
    "Orphans report for epel9",
    "EPEL Steering Committee: minutes of 2031-05-07",
    "Minutes from today's meeting",
    "Agenda for Wednesday: retiring wobble from EPEL 9",
    "EPEL 7 is now end of life",
    "End of life for EPEL 7",
    "Broken dependencies in EPEL 9",
    "EPEL 9 compose report",
    "[Bug 123456] Retiring wobble from EPEL 9",
    "EPEL weekly news",
    "[epelbot] Retiring wobble from EPEL 9",
    "EPEL-devel Digest, Vol 180, Issue 7",
]

REASONS = {
    Reason.SECURITY: [
        "It has two CVEs.",
        "CVE-2031-1234 is open.",
        "It is vulnerable.",
        "The old version is insecure.",
        "There are security issues.",
    ],
    Reason.IN_RHEL: [
        "It is in RHEL 9.4.",
        "It was moved to RHEL 9.",
        "It's now provided by the base RHEL.",
        "RHEL 9.4 now ships a newer one.",
        "It goes for its inclusion in RHEL 9.5.",
        "It conflicts with RHEL.",
        "RHEL 9.6 will include it.",
    ],
    Reason.FAILS_TO_BUILD: [
        "It is FTBFS.",
        "It fails to build from source.",
        "It doesn't build on s390x.",
        "It no longer builds.",
        "It can't be built any more.",
        "Nobody looked at the build failures.",
        "Broken build for a year.",
        "These don't build.",
    ],
    Reason.REPLACED: [
        "It was superseded by grue.",
        "It goes in favour of grue.",
        "It was renamed to grue.",
        "It is obsolete.",
        "Its successor has taken over.",
        "The one program that used it bundles its own now.",
        "Please use grue instead.",
        "It is now called grue.",
        "Now that grue replaces it.",
    ],
    Reason.UNMAINTAINED_UPSTREAM: [
        "It is dead upstream.",
        "There is no upstream.",
        "Upstream has been abandoned.",
        "Upstream vanished.",
        "It was archived by upstream.",
        "Upstream no longer supports this version.",
        "It is no longer maintained by its upstream.",
        "It is unmaintained.",
        "Nobody maintains it upstream.",
        "The project has been archived.",
        "There won't be new releases, and no upstream activity.",
        "It was archived on GitHub.",
        "It reached its end of life.",
        "It has been EOL for ages.",
        "No release in six years.",
        "The upstream website disappeared.",
    ],
    Reason.NO_TIME: [
        "I have no time for it.",
        "I do not have the time.",
        "I no longer use it.",
        "I don't have access to such a machine.",
        "I'm not interested.",
        "I can't look after it.",
        "I have no use for it.",
        "I can't test it.",
        "I lost access to the machine.",
        "I have changed the employer.",
        "There is nobody left who could.",
        "We no longer have the resources.",
        "I dont have teh time.",
        "I changed jobs.",
        "None of us has a machine.",
        "Lacking time I stop here.",
        "Spare cycles are rare.",
        "I won't be able to keep up with it.",
        "I have no EL8 machines left.",
        "I lost interest.",
    ],
    Reason.OTHER: [
        "Because I say so.",
        "Since there are no users left.",
        "Due to the moon.",
        "Owing to the moon.",
        "It goes as nobody asked for it.",
        "It goes as the plugins are gone.",
        "The license is not free.",
        "The server will be shut down.",
        "It never worked.",
        "It needs another library, so it's leaving.",
        "Rationale: none of your business.",
        "Which is why it goes.",
        "This was the reason.",
        "Nobody uses it.",
        "They are no longer needed.",
    ],
}


@pytest.mark.parametrize("word", [*phrases.RETIRE_BASE, *phrases.DROP_BASE])
def test_base_forms_retire(word: str) -> None:
    assert read(f"Intent to {word} wobble in EPEL 9").packages == ("wobble",)


@pytest.mark.parametrize("word", [*phrases.RETIRE_GERUND, *phrases.DROP_GERUND])
def test_gerunds_retire(word: str) -> None:
    assert read(f"{word.capitalize()} wobble from EPEL 9").packages == ("wobble",)


@pytest.mark.parametrize("word", [*phrases.RETIRE_PARTICIPLE, *phrases.DROP_PARTICIPLE])
def test_participles_retire(word: str) -> None:
    assert read("News", f"wobble will be {word} from EPEL 9.").packages == ("wobble",)


@pytest.mark.parametrize("word", [*phrases.RETIRE_NOUN, *phrases.DROP_NOUN])
def test_nouns_retire(word: str) -> None:
    assert read(f"{word} of wobble (EPEL 9)").packages == ("wobble",)


@pytest.mark.parametrize("word", [*phrases.PERSONS, *phrases.PLANS])
def test_persons_and_plans_make_an_announcement_of_a_bare_verb(word: str) -> None:
    assert read("News", "Retire wobble from EPEL 9.").meaning is Meaning.UNSURE
    assert read("News", f"{word} retire wobble from EPEL 9.").meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("word", phrases.FILLERS)
def test_fillers_weigh_nothing(word: str) -> None:
    assert read(f"Retiring {word} lib-wobble from EPEL 9").meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("word", phrases.LISTINGS)
def test_listings_promise_a_list(word: str) -> None:
    assert read("News", f"I am retiring {word} from EPEL 9:\n- wobble").meaning is Meaning.RETIREMENT
    assert read("News", f"I am retiring wobble and {word} from EPEL 9.").meaning is Meaning.UNSURE


@pytest.mark.parametrize("word", phrases.LIST_OPENERS)
def test_list_openers_lead_to_a_list(word: str) -> None:
    text = f"I am retiring some packages from EPEL 9. {word}:\n- wobble"
    assert read("News", text).meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("word", phrases.SINGULAR_PRONOUNS)
def test_a_singular_pronoun_stands_for_one_package(word: str) -> None:
    assert read("wobble in EPEL 9", f"I am retiring {word}.").meaning is Meaning.RETIREMENT
    assert read("wobble and grue in EPEL 9", f"I am retiring {word}.").meaning is not Meaning.RETIREMENT


@pytest.mark.parametrize("word", phrases.PLURAL_PRONOUNS)
def test_a_plural_pronoun_stands_for_several(word: str) -> None:
    reading = read("wobble and grue in EPEL 9", f"I am retiring {word}.")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble", "grue"))


@pytest.mark.parametrize("phrase", phrases.TAILS)
def test_from_a_tail_on_nothing_is_a_name(phrase: str) -> None:
    reading = read("News", f"I am retiring wobble from EPEL 9 {phrase} somebody takes grue-ng.")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))


@pytest.mark.parametrize("word", phrases.LEADS)
def test_a_lead_ends_with_a_comma(word: str) -> None:
    reading = read("News", f"{word.capitalize()} grue-ng, wobble will be retired from EPEL 9.")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))


@pytest.mark.parametrize("word", phrases.OPENINGS)
def test_an_opening_needs_no_comma(word: str) -> None:
    reading = read("News", f"{word.capitalize()} nobody answers grue-ng I will retire wobble from EPEL 9.")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))
    assert read("News", f"Where {word} grue-ng I will retire wobble from EPEL 9.").meaning is Meaning.UNSURE


@pytest.mark.parametrize("phrase", phrases.CONNECTIVES)
def test_connectives_are_no_part_of_a_sentence(phrase: str) -> None:
    reading = read("News", f"{phrase.capitalize()} wobble will be retired from EPEL 9.")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))


@pytest.mark.parametrize("phrase", phrases.ADVERBIALS)
def test_adverbials_change_nothing_wherever_they_stand(phrase: str) -> None:
    for text in (
        f"I am {phrase} retiring wobble from EPEL 9.",
        f"I am retiring wobble {phrase} from EPEL 9.",
    ):
        assert read("News", text).packages == ("wobble",)


@pytest.mark.parametrize("word", phrases.AFTER_PLACES)
def test_after_the_places_of_a_removal_some_words_change_nothing(word: str) -> None:
    assert (
        read("News", f"I am removing wobble from EPEL 9 {word} nobody takes it.").meaning
        is Meaning.RETIREMENT
    )
    assert read("News", "I am removing wobble from EPEL 9 into grue.").meaning is not Meaning.RETIREMENT


@pytest.mark.parametrize("word", phrases.PREDICATES)
def test_what_is_told_of_a_retirement_announces_none(word: str) -> None:
    reading = read("News", f"The retirement of wobble from EPEL 9 {word} strange.")
    assert reading.meaning is Meaning.UNSURE


@pytest.mark.parametrize("word", phrases.HARMLESS_PREDICATES)
def test_some_things_may_be_told_of_a_retirement(word: str) -> None:
    reading = read("News", f"The retirement of wobble from EPEL 9 is {word} on Monday.")
    assert reading.meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("one", PARAPHRASES, ids=lambda one: one.example)
def test_many_ways_of_saying_are_understood(one: Paraphrase) -> None:
    reading = read("News", one.example)
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))
    assert reading.collections == ("epel9",)
    assert re.search(one.pattern, one.example, re.IGNORECASE | re.ASCII)


@pytest.mark.parametrize("word", phrases.INTRODUCTIONS)
def test_introductions_lead_to_an_announcement(word: str) -> None:
    assert read("News", f"This {word} that I will retire wobble from EPEL 9.").meaning is Meaning.RETIREMENT
    assert read("News", f"He {word} that I will retire wobble from EPEL 9.").meaning is Meaning.UNSURE


@pytest.mark.parametrize("word", phrases.HARMLESS_IFS)
def test_some_conditions_only_invite(word: str) -> None:
    assert read("News", f"If {word} answers, I will retire wobble from EPEL 9.").meaning is Meaning.RETIREMENT
    assert read("News", "If it breaks, I will retire wobble from EPEL 9.").meaning is Meaning.UNSURE


@pytest.mark.parametrize("phrase", [*phrases.DENIALS, *phrases.REQUESTS, *phrases.DOUBTS])
def test_denials_requests_and_doubts_put_an_announcement_in_doubt(phrase: str) -> None:
    assert read(SUBJECT, "I well retire wobble.").meaning is Meaning.RETIREMENT
    assert read(SUBJECT, f"I {phrase} retire wobble.").meaning is Meaning.UNSURE
    reading = read("News", f"I {phrase} quickly retire wobble from EPEL 9.")
    assert reading.meaning is (Meaning.UNSURE if phrase in phrases.DOUBTS else Meaning.OTHER)


@pytest.mark.parametrize("word", phrases.REVOCATIONS)
def test_revocations_take_it_back(word: str) -> None:
    assert read(SUBJECT, f"I {word} the retirement of wobble.").meaning is Meaning.UNSURE


@pytest.mark.parametrize("phrase", phrases.EXCEPTIONS)
def test_exceptions_leave_a_doubt(phrase: str) -> None:
    assert read(SUBJECT, f"I am retiring wobble {phrase} of it.").meaning is Meaning.UNSURE


@pytest.mark.parametrize("phrase", phrases.HARMLESS_BUTS)
def test_some_buts_change_nothing(phrase: str) -> None:
    assert read(SUBJECT, "I am retiring wobble, but it works.").meaning is Meaning.UNSURE
    assert read(SUBJECT, f"I am retiring wobble, but {phrase} it works.").meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("word", phrases.INVITATIONS)
def test_some_questions_only_invite(word: str) -> None:
    assert read(SUBJECT, "Who minds that I retire wobble?").meaning is Meaning.UNSURE
    assert read(SUBJECT, f"Who wants to {word} before I retire wobble?").meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("phrase", phrases.GIVING_UP)
def test_giving_up_is_for_a_person(phrase: str) -> None:
    reading = read(f"{phrase} wobble in EPEL 9", "I have no time.")
    assert (reading.meaning, reading.packages) == (Meaning.UNSURE, ("wobble",))
    assert (reading.collections, reading.category) == (("epel9",), Reason.NO_TIME)


@pytest.mark.parametrize("phrase", phrases.OFFERS)
def test_offers_are_heard(phrase: str) -> None:
    reading = read("Re: Hello", f"{phrase.capitalize()} take over wobble.", reply=True)
    assert (reading.meaning, reading.packages) == (Meaning.ADOPTION, ("wobble",))
    assert read("Re: Hello", f"{phrase} not take wobble.", reply=True).meaning is Meaning.OTHER


@pytest.mark.parametrize("phrase", phrases.TAKEN)
def test_what_is_taken_already_is_an_offer_too(phrase: str) -> None:
    reading = read("Re: Hello", f"{phrase.capitalize()} wobble.", reply=True)
    assert (reading.meaning, reading.packages) == (Meaning.ADOPTION, ("wobble",))


@pytest.mark.parametrize("word", phrases.TAKING_BACK)
def test_a_retirement_is_taken_back_in_many_words(word: str) -> None:
    reading = read("Re: Retiring wobble from EPEL 9", f"I {word} the retirement of wobble.", reply=True)
    assert (reading.meaning, reading.packages) == (Meaning.WITHDRAWAL, ("wobble",))


@pytest.mark.parametrize("phrase", phrases.ABI_TOLD)
def test_incompatible_changes_are_told_by_the_text(phrase: str) -> None:
    reading = read("wobble 3 in EPEL 9", f"I will update wobble to 3.0, which means: {phrase}.")
    assert (reading.meaning, reading.packages) == (Meaning.ABI_CHANGE, ("wobble",))
    assert read("wobble 3 in EPEL 9", f"I will update wobble to 3.0, without: {phrase}.").packages == ()


@pytest.mark.parametrize("word", phrases.TAKING)
def test_taking_is_what_an_offer_offers(word: str) -> None:
    reading = read("Re: wobble in EPEL 9", f"I would like to {word} it.", reply=True)
    assert (reading.meaning, reading.packages) == (Meaning.ADOPTION, ("wobble",))


@pytest.mark.parametrize("phrase", phrases.ABI_CHANGES)
def test_incompatible_changes_are_told_by_the_subject(phrase: str) -> None:
    reading = read(f"wobble {phrase} in EPEL 9")
    assert (reading.meaning, reading.packages, reading.collections) == (
        Meaning.ABI_CHANGE,
        ("wobble",),
        ("epel9",),
    )


@pytest.mark.parametrize("word", phrases.ABI_FILLERS)
def test_words_around_an_incompatible_change_are_no_names(word: str) -> None:
    assert read(f"ABI break: wobble {word} 2.0 in EPEL 9").packages == ("wobble",)


@pytest.mark.parametrize("subject", AUTOMATIC)
def test_automatic_subjects_mean_nothing(subject: str) -> None:
    post = post_with(subject, "I am retiring wobble from EPEL 9.")
    assert read_post(post).meaning is Meaning.OTHER
    assert not starts_matter(post)


@pytest.mark.parametrize("pattern", phrases.AUTOMATIC_SUBJECTS)
def test_each_automatic_subject_has_an_example(pattern: str) -> None:
    alone = [subject for subject in AUTOMATIC if re.search(pattern, subject, re.IGNORECASE | re.ASCII)]
    assert alone


@pytest.mark.parametrize("robot", phrases.ROBOTS)
def test_robots_mean_nothing(robot: str) -> None:
    assert read_post(post_with(SUBJECT, sender=f"{robot}@example.org")).meaning is Meaning.OTHER
    assert read_post(post_with(SUBJECT, sender=f"not-{robot}@example.org")).meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("prefix", phrases.REPLY_PREFIXES)
def test_answers_start_nothing(prefix: str) -> None:
    assert not starts_matter(post_with(f"{prefix.upper()}: {SUBJECT}"))
    assert not starts_matter(post_with(f"[EPEL-devel] {prefix.capitalize()}: {SUBJECT}"))
    assert starts_matter(post_with(f"{prefix} {SUBJECT}"))


@pytest.mark.parametrize("opener", phrases.SUBJECT_OPENERS)
def test_openers_are_not_the_matter(opener: str) -> None:
    for subject in (f"{opener.title()}: {SUBJECT}", f"[{opener.upper()}] {SUBJECT}"):
        assert read(subject).meaning is Meaning.RETIREMENT


def test_words_are_no_names_unless_marked() -> None:
    words = {*phrases.NO_NAMES, *phrases.GROUPS, *(f"wobb{ending}" for ending in phrases.WORD_ENDINGS)}
    subject = "Retiring {} from EPEL 9"
    assert [w for w in words if read(subject.format(w)).meaning is Meaning.RETIREMENT] == []
    assert [w for w in words if read(subject.format(f"`{w}`")).packages != (w,)] == []


@pytest.mark.parametrize("word", HAZARDS)
def test_hazards_in_a_remark_leave_a_doubt(word: str) -> None:
    text = "I am retiring these packages from EPEL 9:\n- wobble - {} needed\n- grue"
    assert read("News", text.format("little")).meaning is Meaning.RETIREMENT
    assert read("News", text.format(word)).meaning is Meaning.UNSURE


@pytest.mark.parametrize(
    ("reason", "sentence"), [(reason, sentence) for reason, every in REASONS.items() for sentence in every]
)
def test_reasons_have_their_category(reason: Reason, sentence: str) -> None:
    assert category_of(sentence) is reason
    reading = read(SUBJECT, f"Hello. {sentence} Bye.")
    assert (reading.reason, reading.category) == (sentence, reason)


@pytest.mark.parametrize(
    ("reason", "piece"),
    [
        *((reason, piece) for reason, pieces in PATTERNS for piece in pieces),
        *((Reason.OTHER, m) for m in MARKERS),
    ],
)
def test_each_pattern_of_a_reason_has_an_example(reason: Reason, piece: str) -> None:
    assert any(re.search(piece, sentence.lower()) for sentence in REASONS[reason])


@pytest.mark.parametrize(
    "sentence",
    [
        "Let me know if you want it.",
        "It was introduced in RHEL 9 times.",
        "It is broken in RHEL 9.",
        "At any time.",
        "If you have time, take it.",
        "Hello everybody.",
    ],
)
def test_not_every_sentence_is_a_reason(sentence: str) -> None:
    assert category_of(sentence) is None
