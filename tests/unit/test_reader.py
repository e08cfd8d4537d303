# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.collection import Collection
from epelbot.domain.post import Meaning, Post, Reading, Reason
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reader import read_post, starts_matter
from epelbot.policy.reading_claims import MOST_PACKAGES
from epelbot.policy.reading_reasons import REASON_LIMIT
from epelbot.policy.reading_text import OWN_LIMIT, blocks_of, body_of, sentences_of, subject_of
from tests.unit.reader_posts import Sample, post_with, read, samples

CLEAR = samples("clear")
NEAR_MISSES = samples("near-misses")
UNSEEN_CLEAR = samples("unseen-clear")
UNSEEN_NEAR_MISSES = samples("unseen-near-misses")
ALL_CLEAR = [*CLEAR, *UNSEEN_CLEAR]
EVERY = [*ALL_CLEAR, *NEAR_MISSES, *UNSEEN_NEAR_MISSES]
EVERY_NAME = tuple(sorted({name for sample in EVERY for name in sample.packages}))

PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def name_of(sample: Sample) -> str:
    return sample.name


def told(reading: Reading) -> tuple[str, tuple[str, ...], tuple[str, ...], str | None]:
    category = reading.category.value if reading.category is not None else None
    return reading.meaning.value, reading.packages, reading.collections, category


@pytest.mark.parametrize("sample", ALL_CLEAR, ids=name_of)
def test_a_clear_announcement_is_understood(sample: Sample) -> None:
    reading = read_post(sample.post, sample.known)
    assert told(reading) == ("retirement", sample.packages, sample.collections, sample.category)
    assert (reading.reason is None) == (sample.category is None)
    assert starts_matter(sample.post)


@pytest.mark.parametrize("sample", NEAR_MISSES, ids=name_of)
def test_a_near_miss_is_what_it_is(sample: Sample) -> None:
    reading = read_post(sample.post, sample.known)
    if sample.meaning == "other":
        assert reading.meaning is Meaning.OTHER
    else:
        assert told(reading) == (sample.meaning, sample.packages, sample.collections, sample.category)
    assert reading.why


@pytest.mark.parametrize("sample", UNSEEN_NEAR_MISSES, ids=name_of)
def test_a_near_miss_that_was_not_tuned_for_does_no_harm(sample: Sample) -> None:
    assert read_post(sample.post, sample.known).meaning.value in sample.meanings


@pytest.mark.parametrize("sample", ALL_CLEAR, ids=name_of)
def test_it_reads_the_same_where_packages_are_known(sample: Sample) -> None:
    with_names = read_post(sample.post, (*EVERY_NAME, *sample.known))
    assert with_names == read_post(sample.post, sample.known)


@pytest.mark.parametrize("sample", [*NEAR_MISSES, *UNSEEN_NEAR_MISSES], ids=name_of)
def test_no_near_miss_becomes_an_action_where_packages_are_known(sample: Sample) -> None:
    assert read_post(sample.post, EVERY_NAME).meaning is not Meaning.RETIREMENT


@pytest.mark.parametrize("sample", ALL_CLEAR, ids=name_of)
def test_a_subject_alone_says_the_same_or_nothing_sure(sample: Sample) -> None:
    reading = read_post(replace(sample.post, text=None), sample.known)
    if reading.meaning is Meaning.RETIREMENT:
        assert (reading.packages, reading.collections) == (sample.packages, sample.collections)
    assert reading.reason is None
    assert reading.category is None


def test_many_subjects_are_clear_by_themselves() -> None:
    sure = [s for s in ALL_CLEAR if read_post(replace(s.post, text=None)).meaning is Meaning.RETIREMENT]
    assert len(sure) >= len(ALL_CLEAR) // 2


def test_a_subject_that_could_be_a_request_waits_for_its_text() -> None:
    assert read("wobble: retire in epel9", None).meaning is Meaning.UNSURE
    assert read("wobble: retire in epel9", "").meaning is Meaning.RETIREMENT


@pytest.mark.parametrize("sample", ALL_CLEAR, ids=name_of)
def test_an_answer_is_never_an_announcement(sample: Sample) -> None:
    for post in (replace(sample.post, in_reply_to="x@example.org"), subject_prefixed(sample, "Re: ")):
        assert not starts_matter(post)
        assert read_post(post, sample.known).meaning is not Meaning.RETIREMENT
        assert read_post(replace(post, text=None)).meaning is Meaning.OTHER


def subject_prefixed(sample: Sample, prefix: str) -> Post:
    return replace(sample.post, subject=f"{prefix}{sample.subject}")


@pytest.mark.parametrize(
    "post",
    [
        post_with("Retiring wobble from EPEL 9", headers={"auto-submitted": "auto-replied"}),
        post_with("Retiring wobble from EPEL 9", headers={"precedence": "bulk"}),
        replace(post_with("Retiring wobble from EPEL 9"), message_id="abc.epelbot@example.org"),
        post_with("Retiring wobble from EPEL 9", headers={"x-epelbot-rule": "R2"}),
        post_with("Retiring wobble from EPEL 9", headers={"content-type": "multipart/digest; boundary=b"}),
        post_with("Retiring wobble from EPEL 9", sender="epelbot <epelbot@fedoraproject.org>"),
        replace(post_with("Retiring wobble from EPEL 9"), sender_account="bodhi"),
        post_with("[epelbot] Retiring wobble from EPEL 9"),
    ],
    ids=[
        "auto-submitted",
        "bulk",
        "our id",
        "our header",
        "a digest",
        "our address",
        "a robot's account",
        "our subject",
    ],
)
def test_what_a_program_wrote_starts_nothing_and_means_nothing(post: Post) -> None:
    assert not starts_matter(post)
    assert read_post(post).meaning is Meaning.OTHER


def test_a_person_may_say_that_no_program_wrote_it() -> None:
    post = post_with("Retiring wobble from EPEL 9", headers={"auto-submitted": "no", "precedence": "list"})
    assert starts_matter(post)
    assert read_post(post).meaning is Meaning.RETIREMENT


@pytest.mark.parametrize(
    ("places", "collections"),
    [
        ("EPEL 8", ("epel8",)),
        ("EPEL-9", ("epel9",)),
        ("epel9", ("epel9",)),
        ("Fedora EPEL 9", ("epel9",)),
        ("the epel10 branch", ("epel10",)),
        ("EPEL 10.1", ("epel10.1",)),
        ("EPEL 10.0 and 10.1", ("epel10.0", "epel10.1")),
        ("EPEL 9, EPEL 8 and EPEL 10", ("epel8", "epel9", "epel10")),
        ("EPEL 7/8/9/10", ("epel7", "epel8", "epel9", "epel10")),
        ("EPEL 8 & 9", ("epel8", "epel9")),
        ("EPEL 7-9", ("epel7", "epel8", "epel9")),
        ("el9 and el10", ("epel9", "epel10")),
        ("EPEL for RHEL 8", ("epel8",)),
        ("both EPEL 8 and EPEL 9", ("epel8", "epel9")),
        ("EPEL 6 and EPEL 8", ("epel8",)),
        ("epel9-next and epel9", ("epel9",)),
        ("EPEL 9 (and rawhide)", ("epel9",)),
        ("EPEL 8 next week", ("epel8",)),
        ("EPEL 8, 2 weeks from now", ("epel8",)),
        ("EPEL 8 on June 30th, 2031", ("epel8",)),
        ("EPEL 8, nobody uses it there", ("epel8",)),
        ("all EPEL branches", ()),
        ("every EPEL release", ()),
        ("EPEL entirely", ()),
    ],
)
def test_collections_are_found_as_people_write_them(places: str, collections: tuple[str, ...]) -> None:
    reading = read(f"Retiring wobble from {places}")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))
    assert reading.collections == collections


@pytest.mark.parametrize(
    "places",
    [
        *(
            "EPEL",
            "RHEL 9",
            "EL",
            "EPEL 9.4",
            "EPEL 88",
            "EPEL 8+",
            "EPEL 8 and newer",
            "EPEL 9-7",
            "epel8-testing",
        ),
        *("CentOS Stream 9", "EPEL 8, only in EPEL 9", "EPEL 8 to EPEL 9", "all EPEL branches except EPEL 9"),
        *("all branches but not EPEL 9", "the future"),
    ],
)
def test_what_may_be_no_collection_is_never_sure(places: str) -> None:
    assert read(f"Retiring wobble from {places}").meaning is Meaning.UNSURE


@pytest.mark.parametrize(
    "places", ["rawhide", "f42", "EPEL 6", "epel9-next", "Fedora 41", "epel8-playground"]
)
def test_what_lies_outside_is_nothing_to_us(places: str) -> None:
    assert read(f"Retiring wobble from {places}").meaning is Meaning.OTHER


@pytest.mark.parametrize(
    ("packages", "names"),
    [
        ("wobble", ("wobble",)),
        ("the package wobble", ("wobble",)),
        ("wobble, grue & frotz", ("wobble", "grue", "frotz")),
        ("wobble; grue", ("wobble", "grue")),
        ("'wobble' and \"grue\"", ("wobble", "grue")),
        ("`perl` and *tree*", ("perl", "tree")),
        ("rpms/wobble", ("wobble",)),
        ("https://src.fedoraproject.org/rpms/wobble/", ("wobble",)),
        ("the libwobble++ and R-zork packages", ("libwobble++", "R-zork")),
        ("wobble-1.0-1.el9", ("wobble",)),
        ("python3.11-wobble", ("python3.11-wobble",)),
        ("wobble (a toy) and grue (a beast)", ("wobble", "grue")),
        ("\u201cwobble\u201d and grue\u00a0", ("wobble", "grue")),
        ("wob\u200bble", ("wobble",)),
    ],
)
def test_names_are_found_as_people_write_them(packages: str, names: tuple[str, ...]) -> None:
    reading = read(f"Retiring {packages} from EPEL 9")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, names)


@pytest.mark.parametrize(
    "packages",
    [
        *("wobble*", "perl-*", "wobble 1.2", "wobble-1.2", "12 packages", "wobble or grue", "wobble support"),
        *(
            "R packages",
            "my gems",
            "the perl and php packages",
            "wobble and 12 more packages",
            "wobble and others",
        ),
        *(
            "wobble and its dependencies",
            "python36 support from wobble",
            "all but wobble",
            "w\u043ebble",
            "w\0bble",
        ),
        *("\u202ewobble\u202c", "wobble vs grue", "old wobble", "i686", "wobble, etc."),
    ],
)
def test_what_may_be_no_name_is_never_sure(packages: str) -> None:
    assert read(f"Retiring {packages} from EPEL 9").meaning is not Meaning.RETIREMENT


def test_a_known_name_is_found_in_other_letters() -> None:
    assert read("Retiring imagewizard from EPEL 9", known=("ImageWizard",)).packages == ("ImageWizard",)
    assert read("Retiring foo from EPEL 9", known=("Foo", "FOO")).packages == ("foo",)


def test_a_word_is_a_name_where_it_is_known_as_one() -> None:
    assert read("Retiring time from EPEL 9").meaning is Meaning.UNSURE
    assert read("Retiring time from EPEL 9", known=("time",)).packages == ("time",)


@pytest.mark.parametrize(
    "text",
    [
        "I'm not going to retire wobble after all.",
        "Should I retire wobble from EPEL 9 too?",
        "I am also retiring grue.",
        "I am retiring wobble from EPEL 8.",
        "I am considering retiring wobble.",
        "I am retiring wobble, but Bob has adopted it.",
        "I'd like to take over wobble.",
        "It would be retired if the tests fail again.",
    ],
)
def test_a_text_can_put_its_subject_in_doubt(text: str) -> None:
    assert read("Retiring wobble from EPEL 9", "I have no time.").meaning is Meaning.RETIREMENT
    reading = read("Retiring wobble from EPEL 9", f"I have no time. {text}")
    assert reading.meaning is Meaning.UNSURE
    assert "wobble" in reading.packages


@pytest.mark.parametrize(
    "text",
    [
        "Once retired, users can switch to wobble-ng.",
        "I will run fedpkg retire on Friday.",
        "I am not retiring it from EPEL 8.",
        "I'm retiring wobble because upstream is dead, but if you want it, tell me.",
        "Unless somebody objects, I will retire it next week.",
        "If nobody steps up, I will retire wobble next week.",
    ],
)
def test_a_text_may_go_on_about_it(text: str) -> None:
    assert read("Retiring wobble from EPEL 9", text).meaning is Meaning.RETIREMENT


@pytest.mark.parametrize(
    "text",
    [
        "I was asked to retire wobble from EPEL 9.",
        "I saw that wobble will be retired from EPEL 9.",
        "I had planned to retire wobble from EPEL 9.",
        "It is not true that I am retiring wobble from EPEL 9.",
        "You could write:\n\n    I am retiring wobble from EPEL 9 because it is dead.",
        "Bob wrote: I am retiring wobble from EPEL 9.",
        '"I am retiring wobble from EPEL 9."',
        "Notes:\n- I am retiring wobble from EPEL 9.",
        "20:05 <ada> I am retiring wobble from EPEL 9",
        "John retired wobble from EPEL 9.",
        "Retire wobble from EPEL 9.",
        "wobble is retired in EPEL 9.",
        "I am retiring all my packages in EPEL 9 but the following:\n- wobble",
        "I am retiring my packages in EPEL 9. The following I'd keep:\n- wobble",
        "I am retiring some packages from EPEL 9.\n\nThanks to:\n- wobble",
        "I am retiring these packages from EPEL 9:\n- wobble (I'd keep it)",
        "I am retiring these packages from EPEL 9:\n- wobble\n- and some more of them",
        "The following packages will not be retired from EPEL 9:\n- wobble",
        "I am retiring some packages from EPEL 9 for these reasons:\n- security\n- time",
    ],
)
def test_words_about_a_retirement_are_not_yet_an_announcement(text: str) -> None:
    assert read("News", text).meaning is not Meaning.RETIREMENT


@pytest.mark.parametrize(
    "listed",
    [
        "- wobble\n- grue",
        "* wobble (dead upstream)\n* grue - no users",
        "1. wobble\n\n2. grue",
        "wobble\ngrue",
        "wobble, grue",
        "wobble and\ngrue.",
        "EPEL 9:\n- wobble\n- grue",
        "- wobble (epel9)\n- grue (EPEL 9)",
        "- rpms/wobble\n- `grue`",
        "Here is the list:\n\n- wobble\n- grue",
        "- wobble:\n  nobody uses it\n- grue:\n  nor this",
    ],
)
def test_lists_are_read_as_people_write_them(listed: str) -> None:
    reading = read(
        "News", f"Hi,\n\nI am retiring the following packages from EPEL 9:\n\n{listed}\n\nBye\nAda"
    )
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble", "grue"))
    assert reading.collections == ("epel9",)


def test_a_list_may_follow_right_after_the_verb() -> None:
    reading = read("Packages in EPEL 9", "I'm orphaning:\n\n* wobble\n* grue")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble", "grue"))


def test_a_subject_that_is_not_understood_still_tells_a_person_its_names() -> None:
    reading = read("wobble retiring from EPEL 9")
    assert (reading.meaning, reading.packages, reading.collections) == (
        Meaning.UNSURE,
        ("wobble",),
        ("epel9",),
    )


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Retiring wobble from EPEL 9 and grue from EPEL 8 and EPEL 9", ""),
        ("Retiring wobble from EPEL 9", "I am also retiring grue from EPEL 8 and EPEL 9."),
        ("News", "I am retiring these packages:\n- wobble (EPEL 9)\n- grue (EPEL 8 and 9)"),
        ("News", "I am retiring these packages:\n- wobble from EPEL 9\n- grue in EPEL 8, EPEL 9"),
        (
            "News",
            "I am retiring:\n\nPackage  Branches\n-------  --------\nwobble  epel9\ngrue    epel8, epel9",
        ),
        (
            "News",
            "I am retiring these:\n\n| Branch | Package |\n|---|---|\n| epel9 | wobble |\n| epel8/9 | grue |",
        ),
    ],
)
def test_packages_may_leave_different_collections(subject: str, text: str) -> None:
    reading = read(subject, text)
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble", "grue"))
    assert reading.collections == ("epel8", "epel9")
    assert [reading.collections_of(one) for one in reading.packages] == [("epel9",), ("epel8", "epel9")]


@pytest.mark.parametrize(
    "text",
    [
        "I am retiring these packages from EPEL 9:\n- wobble\n- frotz\n\nI retire frotz from EPEL 8.",
        "I am retiring wobble from EPEL 9. I am retiring wobble and grue from EPEL 8.",
    ],
)
def test_which_package_leaves_what_must_be_clear(text: str) -> None:
    assert read("News", text).meaning is Meaning.UNSURE


@pytest.mark.parametrize(
    "words",
    [
        "everything of mine in EPEL 8",
        "all my packages in EPEL 8",
        "all of my EPEL 8 packages",
        "all my remaining epel8 branches",
        "all packages that I maintain in EPEL 8",
        "everything I maintain in EPEL 8",
    ],
)
def test_all_of_an_author_is_understood(words: str) -> None:
    for reading in (read(f"Retiring {words}"), read("News", f"I'm going to retire {words}.")):
        assert (reading.meaning, reading.all_of_authors) == (Meaning.RETIREMENT, True)
        assert (reading.packages, reading.collections) == ((), ("epel8",))


@pytest.mark.parametrize(
    "text",
    [
        "I'm retiring all my packages in EPEL 8 except wobble.",
        "I'm retiring all my packages in EPEL 8:\n- wobble",
        "I'm retiring all my packages in EPEL 8, for example wobble.",
        "I'm retiring all my packages in EPEL 8. I'm retiring wobble from EPEL 8.",
        "I'm thinking of retiring all my packages in EPEL 8.",
        "I'm retiring all our packages in EPEL 8.",
    ],
)
def test_all_but_some_is_for_a_person(text: str) -> None:
    assert read("News", text).meaning is not Meaning.RETIREMENT


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("I'm withdrawing the retirement of wobble.", ("wobble",)),
        ("I will not retire it after all.", ("wobble",)),
        ("We hereby cancel the retirement.", ("wobble",)),
        ("The retirement of wobble is off the table.", ("wobble",)),
        ("wobble is no longer going to be retired.", ("wobble",)),
        ("I've decided not to retire wobble after all.", ("wobble",)),
    ],
)
def test_a_retirement_can_be_taken_back(text: str, packages: tuple[str, ...]) -> None:
    reading = read("Re: Retiring wobble from EPEL 9", text, reply=True)
    assert (reading.meaning, reading.packages) == (Meaning.WITHDRAWAL, packages)
    assert reading.collections == ("epel9",)


@pytest.mark.parametrize(
    "text",
    [
        "Please withdraw the retirement of wobble.",
        "Would you withdraw the retirement?",
        "If it builds again, I'll withdraw the retirement.",
        "I'm not retiring wobble.",
        "I'm withdrawing the retirement of grue.",
        "Don't retire it!",
        "It isn't retired yet.",
    ],
)
def test_what_may_take_nothing_back_is_no_withdrawal(text: str) -> None:
    reading = read("Re: Retiring wobble from EPEL 9", text, reply=True)
    assert reading.meaning in (Meaning.OTHER, Meaning.UNSURE)


@pytest.mark.parametrize(
    "text",
    [
        "I could take it if nobody else wants to.",
        "I'll stop maintaining it.",
        "I can't take it.",
        "Can you take it?",
        "I'm willing to maintain one of them.",
    ],
)
def test_half_an_offer_is_none(text: str) -> None:
    reading = read("Re: Retiring wobble from EPEL 9", text, reply=True)
    assert reading.meaning in (Meaning.OTHER, Meaning.UNSURE)


def test_a_form_is_read_by_its_fields() -> None:
    reading = read("Package retirement: wobble", "Package: wobble\nBranches: epel8, epel9\nReason: FTBFS")
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("wobble",))
    assert (reading.collections, reading.category) == (("epel8", "epel9"), Reason.FAILS_TO_BUILD)


def test_letters_of_another_case_make_no_other_package() -> None:
    assert read("RETIRING WOBBLE FROM EPEL 9", "I am retiring wobble.").packages == ("wobble",)


def test_many_packages_are_for_a_person() -> None:
    def reading(count: int) -> Reading:
        lines = "\n".join(f"- wobble-{number}" for number in range(count))
        return read("News", f"I am retiring these packages from EPEL 9:\n{lines}")

    assert reading(MOST_PACKAGES).meaning is Meaning.RETIREMENT
    assert reading(MOST_PACKAGES + 1).meaning is Meaning.UNSURE
    assert len(reading(MOST_PACKAGES + 1).packages) == MOST_PACKAGES


def test_a_reason_is_one_line_of_bounded_length() -> None:
    long = "Because upstream is dead \x07" + "and so on " * 100
    reason = read("Retiring wobble from EPEL 9", f"{long}\n{long}.").reason
    assert reason is not None
    assert reason.isprintable()
    assert len(reason) <= REASON_LIMIT


def test_own_words_have_no_quotes_signature_or_footer() -> None:
    text = "Mine.\r\n\r\nOn Monday, Ada\r\n<ada@example.org> wrote:\r\n"
    text += "> Hers.\r\n>> Older.\r\n\r\nMine too.\r\n-- \r\nBob\r\n"
    assert body_of(text).split() == ["Mine.", "Mine", "too."]
    assert (
        body_of("Mine.\n_______________________________________________\nepel-devel mailing list") == "Mine."
    )
    assert body_of("Mine.\n-----Original Message-----\nTheirs.") == "Mine."
    assert body_of("Mine.\n\nFrom: Ada\nSent: Monday\nSubject: Theirs\n\nTheirs.") == "Mine."
    assert body_of("From: here on it is mine.") == "From: here on it is mine."


def test_a_subject_loses_what_is_not_its_matter() -> None:
    assert subject_of("Re: [EPEL-devel] AW: Heads up: the\n matter") == "the matter"
    assert subject_of("[EPEL 8] the matter") == "[EPEL 8] the matter"


def test_sentences_and_blocks_end_where_people_end_them() -> None:
    assert sentences_of("One, e.g. this. Two 10.1? Three!") == ("One, e.g. this.", "Two 10.1?", "Three!")
    blocks = blocks_of("Hi,\na\nb:\n- c\n  d\n* e\n\nf")
    assert [(block.lines, block.bulleted) for block in blocks] == [
        (("Hi,", "a", "b:"), False),
        (("c d", "e"), True),
        (("f",), False),
    ]


@given(
    sample=st.sampled_from(ALL_CLEAR),
    mark=st.sampled_from([">", "> ", ">> ", " > ", "&gt; "]),
    own=st.booleans(),
)
def test_a_quoted_announcement_never_makes_an_action(sample: Sample, mark: str, own: bool) -> None:
    quoted = "\n".join(f"{mark}{line}" for line in [sample.subject, *sample.text.splitlines()])
    text = f"On Monday, Ada wrote:\n{quoted}\n{'Fine with me.' if own else ''}"
    assert read("Hello", text).meaning is Meaning.OTHER
    assert read(f"Re: {sample.subject}", text, reply=True).meaning is Meaning.OTHER


@given(
    sample=st.sampled_from(EVERY),
    end=st.sampled_from(["-- ", "--", "_" * 47, "-----Original Message-----"]),
    below=st.one_of(st.text(max_size=80), st.sampled_from([other.text for other in ALL_CLEAR])),
)
def test_what_stands_below_a_post_never_changes_its_reading(sample: Sample, end: str, below: str) -> None:
    extended = replace(sample.post, text=f"{sample.text}\n{end}\n{below}")
    assert read_post(extended, sample.known) == read_post(sample.post, sample.known)


WORDS = st.one_of(
    st.sampled_from(
        [
            *phrases.PERSONS,
            *phrases.FILLERS,
            *phrases.LISTINGS,
            *phrases.TAILS,
            *phrases.DENIALS,
            *phrases.RETIRE_GERUND,
            *phrases.RETIRE_BASE,
            *phrases.RETIRE_PARTICIPLE,
            *(
                "EPEL 8",
                "epel9",
                "EPEL 10.1",
                "EPEL 5",
                "EPEL 99",
                "EPEL 9.9",
                "epel8-next",
                "EPEL",
                "RHEL 9.4",
            ),
            *(
                "wobble",
                "lib-grue++",
                "rpms/xyzzy",
                "`frotz`",
                "http://x",
                "perl",
                "a.b.el9",
                "7-8",
                "\u202e",
                "\0",
            ),
            *(
                ",",
                ", ",
                ".",
                ". ",
                ":",
                "- ",
                "\n",
                "\n\n",
                "\n- ",
                "> ",
                "(",
                ")",
                "?",
                "and",
                "&",
                "/",
                "[",
                "]",
            ),
        ]
    ),
    st.text(max_size=6),
)


@given(subject=st.lists(WORDS, max_size=12), text=st.lists(WORDS, max_size=40), reply=st.booleans())
def test_whatever_comes_in_no_made_up_place_or_name_comes_out(
    subject: list[str], text: list[str], reply: bool
) -> None:
    post = post_with(" ".join(subject), " ".join(text), reply=reply)
    reading = read_post(post)
    assert all(Collection.parse(name).name == name for name in reading.collections)
    assert all(PACKAGE.fullmatch(name) for name in reading.packages)
    assert (reading.reason is None) == (reading.category is None)
    assert reading.reason is None or reading.reason.isprintable()
    if reading.meaning is Meaning.RETIREMENT:
        assert reading.packages
        assert starts_matter(post)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a ",
            ",",
            "retire ",
            "I am retiring wobble from EPEL 9. ",
            "Retiring wobble from EPEL 9, ",
            "(",
            "[(",
            "epel8.",
        ),
        *(
            "EPEL 8 and 9 ",
            "'a",
            ">\n",
            "On Monday Ada wrote:\n> a\n",
            "\n",
            ".",
            "a",
            "- wobble\n",
            "\0",
            "\u202e",
        ),
        *(
            "From: a\n",
            "not a b ",
            "if retire ",
            "upstream is ",
            "a:\n",
            "the next ",
            "retire 'd like ",
            "-- x\n",
            "a@",
        ),
    ],
)
def test_two_megabytes_of_anything_are_read_in_no_time_and_never_sure(piece: str) -> None:
    text = f"I am retiring these packages from EPEL 9:\n{piece * (2_000_000 // len(piece))}"
    assert read("Retiring wobble from EPEL 9", text).meaning is not Meaning.RETIREMENT
    assert read(text, "I have no time.").meaning is not Meaning.RETIREMENT


@pytest.mark.parametrize(
    ("subject", "piece"),
    [
        ("wobble", "a"),
        ("wobble ABI break in EPEL 9", "lib"),
        ("wobble", "wobble, which is "),
        ("wobble", "wobble is a and will retire "),
        ("wobble", "I will a and "),
        ("wobble ABI break in EPEL 9", "update "),
        ("soname bump in EPEL 9: " + ", ".join(f"liba{number}" for number in range(140)), "libx. "),
        ("wobble", "I: "),
        ("wobble", "a{"),
    ],
)
def test_what_a_subject_is_looked_for_in_takes_no_time_either(subject: str, piece: str) -> None:
    begun = time.process_time()
    read(subject, piece * (OWN_LIMIT // len(piece)))
    assert time.process_time() - begun < 1


def test_a_post_longer_than_what_is_read_is_not_sure() -> None:
    padding = "Some words. " * (OWN_LIMIT // 12 + 1)
    assert read("Retiring wobble from EPEL 9", padding).why == "the post is too long to be read whole"
    quoted = "\n".join(["> some words"] * 5_000)
    assert read("Retiring wobble from EPEL 9", f"No time.\n{quoted}").meaning is Meaning.RETIREMENT


def test_a_name_that_begins_like_a_verb_of_speech_is_a_name() -> None:
    post = "I am going to retire announced-9 from epel10. I have no time for it any more."
    reading = read("Retiring announced-9 from epel10", post)
    assert (reading.meaning, reading.packages) == (Meaning.RETIREMENT, ("announced-9",))
