# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R2, sentence by sentence of POLICY.md."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from epelbot.domain.build import FileFlag, RpmFile
from epelbot.domain.calendar import Calendar
from epelbot.domain.collection import Collection
from epelbot.domain.evidence import BuildChecked, Miss, Recorded, RpmReadme
from epelbot.domain.facts import Facts, Known, Missing, NewestBuild
from epelbot.domain.nevra import NVR
from epelbot.domain.profile import Profile, ReadmeRules
from epelbot.domain.verdict import Verdict
from epelbot.ledger.codec import decode, encode
from epelbot.policy.final_build import RULE, check_build, final_build_finding
from epelbot.policy.readme_survey import (
    NOTICES_PER_RPM,
    README_LIMIT,
    Unreadable,
    says_retired,
    texts_needed,
)
from epelbot.policy.rule import Case
from tests.unit.readme_builds import (
    EVERY,
    GOOD,
    PROGRAM,
    SAYS_NOT,
    build,
    check,
    file,
    rpm,
    torn,
)

WORDS = ReadmeRules().words
THEN = datetime(2026, 3, 1, tzinfo=UTC)


def readme_of(checked: BuildChecked, name: str) -> RpmReadme:
    return next(one for one in checked.readmes if f"{one.rpm}.{one.arch}" == name)


def near_miss(one: RpmFile) -> tuple[BuildChecked, tuple[Miss, ...]]:
    checked = check(rpm("libfoo.x86_64", PROGRAM, one))
    return checked, readme_of(checked, "libfoo.x86_64").misses


# --- what a final build is


def test_a_documented_notice_that_says_it_makes_a_final_build() -> None:
    checked = check(rpm("libfoo.x86_64", PROGRAM, GOOD))
    assert (checked.outcome, checked.remedy, checked.without) == ("carries", None, ())
    finding = final_build_finding(checked, at=THEN)
    assert (finding.rule, finding.verdict, finding.waivable_by) == ("R2", Verdict.OK, None)
    assert finding.measured == "README-RETIRED.txt is in libfoo"
    assert [one.at for one in finding.evidence] == [THEN, THEN]
    assert "300 bytes, digest 5a15" in finding.evidence[1].what


def test_a_build_without_anything_like_it_lacks_it() -> None:
    checked = check(rpm("libfoo.x86_64", PROGRAM), rpm("libfoo-libs.x86_64"))
    assert checked.outcome == "lacks"
    finding = final_build_finding(checked)
    assert (finding.verdict, finding.waivable_by) == (Verdict.MUST_ACT, "the release manager")
    assert finding.measured == "no binary package has a README-RETIRED.txt"
    assert finding.remedy is not None
    assert "list it as `%doc README-RETIRED.txt` under `%files`" in finding.remedy


def test_a_build_without_binary_packages_fails() -> None:
    for rpms in ((), (rpm("libfoo.src", GOOD),), (rpm("libfoo-debuginfo.x86_64"),)):
        checked = check(*rpms)
        assert checked.outcome != "carries"
        finding = final_build_finding(checked)
        assert finding.verdict is Verdict.MUST_ACT
        assert finding.measured.startswith("the build has no binary package")


def test_packages_without_it_are_listed() -> None:
    checked = check(
        rpm("libfoo.x86_64", GOOD),
        rpm("libfoo.aarch64", GOOD),
        rpm("libfoo-libs.x86_64", PROGRAM),
        rpm("libfoo-libs.aarch64"),
        rpm("libfoo-tools.x86_64", GOOD),
        rpm("libfoo-tools.aarch64"),
    )
    assert checked.outcome == "carries"
    assert checked.without == ("libfoo-libs", "libfoo-tools.aarch64")
    assert "not in libfoo-libs, libfoo-tools.aarch64, whose users won't see it" in checked.why


# --- architectures


def test_every_architecture_needs_one() -> None:
    checked = check(rpm("libfoo.x86_64", GOOD), rpm("libfoo.s390x", PROGRAM), rpm("libfoo-libs.s390x"))
    assert checked.outcome == "near-miss"
    assert checked.why == "README-RETIRED.txt is in libfoo.x86_64, but in no package for s390x"
    assert checked.to_change == ("libfoo",)
    assert (checked.remedy or "").startswith("list `%doc README-RETIRED.txt` under `%files`, for s390x too")


def test_one_package_per_architecture_is_enough_even_if_not_the_same() -> None:
    assert (
        check(rpm("a.x86_64", GOOD), rpm("a.s390x"), rpm("b.x86_64"), rpm("b.s390x", GOOD)).outcome
        == "carries"
    )


def test_a_noarch_package_counts_for_all() -> None:
    checked = check(rpm("libfoo.x86_64"), rpm("libfoo.s390x"), rpm("libfoo-common.noarch", GOOD))
    assert (checked.outcome, checked.without) == ("carries", ("libfoo",))


def test_a_noarch_package_need_not_have_it_where_others_do() -> None:
    assert check(rpm("libfoo.x86_64", GOOD), rpm("libfoo-common.noarch")).outcome == "carries"


def test_a_build_that_is_noarch_only_needs_one_noarch_package() -> None:
    assert check(rpm("foo.noarch"), rpm("foo-extras.noarch", GOOD)).outcome == "carries"
    assert check(rpm("foo.noarch"), rpm("foo-extras.noarch")).outcome == "lacks"


def test_debug_packages_alone_make_no_architecture() -> None:
    checked = check(
        rpm("libfoo.x86_64", GOOD), rpm("libfoo-debuginfo.s390x"), rpm("libfoo-debugsource.s390x")
    )
    assert checked.outcome == "carries"


def test_the_main_package_is_the_first_choice_for_the_notice() -> None:
    assert check(rpm("aa.x86_64"), rpm("libfoo.x86_64"), rpm("libfoo-z.x86_64")).to_change == ("libfoo",)


def test_when_packages_of_different_names_must_change_each_is_named() -> None:
    checked = check(rpm("foo-a.x86_64"), rpm("foo-b.s390x"), rpm("other.ppc64le"), rpm("aa.noarch", PROGRAM))
    assert checked.to_change == ("aa",)
    checked = check(rpm("libfoo-b.s390x"), rpm("other.ppc64le"), rpm("libfoo.x86_64"))
    assert checked.to_change == ("other", "libfoo-b", "libfoo")
    assert "under `%files -n other`, `%files b`, `%files`" in (checked.remedy or "")


# --- scope "every"


def test_with_scope_every_each_binary_package_needs_it() -> None:
    rpms = (rpm("libfoo.x86_64", GOOD), rpm("libfoo-libs.x86_64"), rpm("libfoo-debuginfo.x86_64"))
    checked = check(*rpms, rules=EVERY)
    assert checked.outcome == "near-miss"
    assert checked.why == "README-RETIRED.txt is in libfoo, but not in libfoo-libs"
    assert "under `%files libs`" in (checked.remedy or "")
    assert "every binary package" in final_build_finding(checked).required
    assert check(rpms[0], rpm("libfoo-libs.x86_64", GOOD), rpms[2], rules=EVERY).outcome == "carries"


def test_with_scope_every_doc_packages_and_noarch_packages_are_no_exception() -> None:
    for odd in ("libfoo-doc.noarch", "libfoo-common.noarch"):
        assert check(rpm("libfoo.x86_64", GOOD), rpm(odd), rules=EVERY).outcome == "near-miss"
        assert check(rpm("libfoo.x86_64", GOOD), rpm(odd, GOOD), rules=EVERY).outcome == "carries"


def test_with_scope_every_one_unreadable_rpm_leaves_it_open_unless_another_lacks_it() -> None:
    good, lost = rpm("libfoo.x86_64", GOOD), torn("libfoo-libs.x86_64")
    assert check(good, lost, rules=EVERY).outcome == "unreadable"
    assert check(good, lost, rpm("libfoo-tools.x86_64"), rules=EVERY).outcome == "near-miss"


# --- packages that don't count


@pytest.mark.parametrize(
    "aside", ["libfoo.src", "libfoo.nosrc", "libfoo-debuginfo.x86_64", "libfoo-debugsource.x86_64"]
)
def test_a_notice_in_a_source_or_debug_package_only_does_not_count(aside: str) -> None:
    checked = check(rpm("libfoo.x86_64", PROGRAM), rpm(aside, GOOD))
    assert checked.outcome == "near-miss"
    assert "does not count in " in checked.why
    assert "list `%doc README-RETIRED.txt` under `%files`" in (checked.remedy or "")
    assert texts_needed(build(rpm(aside, GOOD)), ReadmeRules()) == ()


def test_a_notice_in_a_doc_package_only_does_not_count() -> None:
    checked = check(rpm("libfoo.x86_64", PROGRAM), rpm("libfoo-doc.noarch", GOOD))
    assert checked.outcome == "near-miss"
    assert (
        checked.why
        == f"{GOOD.path} in libfoo-doc does not count in a -doc package while the build has others"
    )
    assert checked.to_change == ("libfoo",)


def test_a_doc_package_counts_if_the_build_has_no_other_binary_package() -> None:
    checked = check(rpm("libfoo-doc.noarch", GOOD), rpm("libfoo.src"), rpm("libfoo-debuginfo.x86_64"))
    assert checked.outcome == "carries"


# --- near misses


@pytest.mark.parametrize(
    "name",
    [
        "readme-retired.txt",
        "Readme-Retired.txt",
        "README-RETIRED",
        "README-RETIRED.TXT",
        "README-RETIRED.md",
        "README.RETIRED.txt",
        "README.RETIRED",
        "README_RETIRED.txt",
        "README RETIRED.txt",
        "READMERETIRED.txt",
        "ReadmeRetired.rst",
        "README-RETIRED.txt.gz",
        "README-RETIRED.txt~",
        "README-RETIRED-libfoo.txt",
        "RETIRED-README.txt",
        "README-RETIRD.txt",
        "README-RETIERD.txt",
        "READMEE-RETIRED.txt",
        "README-RETIREMENT.txt",
    ],
)
def test_a_name_that_was_meant_to_be_it_is_told(name: str) -> None:
    checked, misses = near_miss(file(name))
    assert (checked.outcome, misses) == ("near-miss", (Miss.NAME,))
    assert f"rename {name} to README-RETIRED.txt, spelt exactly so" in (checked.remedy or "")


@pytest.mark.parametrize(
    "name",
    [
        "README.txt",
        "README",
        "README.md",
        "README-REQUIRED.txt",
        "README-RETRIES.txt",
        "RETIRED.txt",
        "retired.py",
        "README-RELEASED.txt",
        "README-DEPRECATED.txt",
        "CHANGES-retired-readers.txt",
        "RETIREDLY-README.txt",
        "NEWS",
        "",
    ],
)
def test_an_ordinary_name_is_no_near_miss(name: str) -> None:
    assert check(rpm("libfoo.x86_64", file(name))).outcome == "lacks"


def test_code_named_so_by_chance_is_no_near_miss_unless_flagged_as_documentation() -> None:
    assert check(rpm("a.noarch", file("readme_retired.py", folder="/usr/lib", flags=0))).outcome == "lacks"
    assert check(rpm("a.noarch", file("readme_retired.py"))).outcome == "near-miss"


def test_a_policy_with_a_name_of_one_word_sees_only_other_endings_as_near() -> None:
    rules = ReadmeRules(name="EOL.txt")
    assert check(rpm("a.noarch", file("eol.md")), rules=rules).outcome == "near-miss"
    assert check(rpm("a.noarch", file("eol-handling.md")), rules=rules).outcome == "lacks"
    assert check(rpm("a.noarch", file("EOL.txt")), rules=rules).outcome == "carries"


@pytest.mark.parametrize(
    ("one", "miss", "told", "mended"),
    [
        (
            file(folder="/usr/share/licenses/libfoo", flags=FileFlag.LICENSE),
            Miss.LICENSE,
            "is flagged %license instead of %doc",
            "write `%doc README-RETIRED.txt` instead of `%license` under `%files`",
        ),
        (
            file(folder="/usr/share/libfoo", flags=0),
            Miss.NOT_DOC,
            "is not flagged %doc",
            "instead of installing it as /usr/share/libfoo/README-RETIRED.txt",
        ),
        (file(flags=0), Miss.NOT_DOC, "is not flagged %doc", f"flag it, as `%doc {GOOD.path}`"),
        (file(flags=FileFlag.README), Miss.NOT_DOC, "is not flagged %doc", "flag it"),
        (file(kind=stat.S_IFLNK), Miss.LINK, "is a symbolic link", "not as a link"),
        (file(flags=FileFlag.DOC | FileFlag.GHOST), Miss.GHOST, "is a %ghost", "without `%ghost`"),
        (file(kind=stat.S_IFDIR), Miss.DIRECTORY, "is a directory", "not as a directory"),
        (file(kind=stat.S_IFIFO), Miss.SPECIAL, "is no regular file", "as a text file of its own"),
        (file(size=0), Miss.EMPTY, "is empty", "write into README-RETIRED.txt that the software is retired"),
        (file(digest=SAYS_NOT), Miss.SILENT, 'does not say "retired" or "retirement"', "say "),
    ],
    ids=lambda value: value.value if isinstance(value, Miss) else "",
)
def test_a_near_miss_is_named_with_its_remedy(one: RpmFile, miss: Miss, told: str, mended: str) -> None:
    checked, misses = near_miss(one)
    assert (checked.outcome, misses) == ("near-miss", (miss,))
    assert told in checked.why
    assert mended in (checked.remedy or "")
    assert (checked.remedy or "").endswith("then raise the release and build again")
    assert final_build_finding(checked).verdict is Verdict.MUST_ACT


def test_a_notice_flagged_as_license_and_documentation_is_documentation() -> None:
    assert check(rpm("a.noarch", file(flags=FileFlag.DOC | FileFlag.LICENSE))).outcome == "carries"


def test_all_that_is_wrong_with_one_file_is_told_at_once() -> None:
    checked, misses = near_miss(file("README-RETIRED.md", folder="/usr/share/libfoo", flags=0, size=0))
    assert misses == (Miss.NOT_DOC, Miss.EMPTY, Miss.NAME)
    assert "is not flagged %doc and is empty and is not named README-RETIRED.txt" in checked.why


def test_the_near_miss_that_is_easiest_to_mend_comes_first() -> None:
    checked = check(
        rpm("a.x86_64", file("README-RETIRED.md")),
        rpm("b.x86_64", file(flags=FileFlag.LICENSE)),
        rpm("c.x86_64", file(digest=SAYS_NOT)),
        rpm("d-doc.x86_64", GOOD),
        rpm("e.src", GOOD),
    )
    assert checked.why.startswith(f"{GOOD.path} in c does not say")
    assert checked.why.endswith("and 2 more")
    assert checked.to_change == ("c",)


def test_a_near_miss_where_others_carry_it_does_no_harm() -> None:
    checked = check(rpm("a.x86_64", file("README-RETIRED.md")), rpm("b.x86_64", GOOD))
    assert (checked.outcome, checked.without) == ("carries", ("a",))


def test_a_near_miss_on_another_architecture_is_not_the_one_that_is_told() -> None:
    checked = check(
        rpm("a.x86_64", GOOD),
        rpm("b.x86_64", file(digest=SAYS_NOT)),
        rpm("a.s390x", file(flags=FileFlag.LICENSE)),
    )
    assert checked.why == (
        f"README-RETIRED.txt is in a.x86_64, but in no package for s390x: {GOOD.path} in a is flagged "
        "%license instead of %doc"
    )


def test_of_several_notices_in_one_rpm_the_good_one_counts() -> None:
    elsewhere = file(folder="/usr/libexec", flags=0)
    checked = check(rpm("a.x86_64", elsewhere, file(size=0, folder="/usr/share/doc/a"), GOOD))
    assert checked.outcome == "carries"
    assert readme_of(checked, "a.x86_64").path == GOOD.path


def test_a_name_out_of_a_hostile_rpm_cannot_paint_on_a_terminal_or_fill_a_page() -> None:
    nasty = file("README-RETIRED.md\x1b[2J\n", folder="/" + "x" * 5000)
    checked = check(rpm("evil\x07.noarch", nasty))
    assert checked.why.isprintable()
    assert (checked.remedy or "").isprintable()
    assert len(checked.why) < 500


# --- what can't be read


def test_an_rpm_that_cannot_be_read_is_cannot_know() -> None:
    checked = check(rpm("libfoo.x86_64", PROGRAM), torn("libfoo-libs.x86_64"))
    assert checked.outcome == "unreadable"
    finding = final_build_finding(checked)
    assert (finding.verdict, finding.waivable_by) == (Verdict.CANNOT_KNOW, None)
    assert "libfoo-libs.x86_64 can't be read (The RPM file is cut short; fetch it again)" in finding.measured
    assert readme_of(checked, "libfoo-libs.x86_64").problem is not None


def test_an_rpm_that_cannot_be_read_changes_nothing_if_others_of_its_architecture_carry_it() -> None:
    checked = check(rpm("libfoo.x86_64", GOOD), torn("libfoo-libs.x86_64"))
    assert checked.outcome == "carries"
    assert "libfoo-libs.x86_64 can't be read" in checked.why
    assert checked.without == ()


def test_a_certain_no_is_not_hidden_by_an_rpm_that_cannot_be_read() -> None:
    checked = check(torn("libfoo.x86_64"), rpm("libfoo.s390x", PROGRAM))
    assert checked.outcome == "lacks"
    assert "libfoo.x86_64 can't be read" in checked.why


def test_a_noarch_rpm_that_cannot_be_read_might_be_the_one_for_all() -> None:
    assert check(torn("libfoo-common.noarch"), rpm("libfoo.s390x", PROGRAM)).outcome == "unreadable"


def test_a_source_or_debug_rpm_that_cannot_be_read_does_not_matter() -> None:
    asides = (torn("libfoo.src"), torn("libfoo-debuginfo.x86_64"))
    assert check(rpm("libfoo.x86_64", GOOD), *asides).why == "README-RETIRED.txt is in libfoo"
    assert check(rpm("libfoo.x86_64", PROGRAM), *asides).outcome == "lacks"


def test_a_text_that_cannot_be_read_is_cannot_know() -> None:
    contents = build(rpm("libfoo.x86_64", file(digest="abc")))
    lost = check_build(contents, {"abc": Unreadable("its payload is torn")}, ReadmeRules())
    assert lost.outcome == "unreadable"
    assert "its payload is torn" in lost.why
    assert lost.readmes[0].says_retired is None
    assert check_build(contents, {}, ReadmeRules()).outcome == "unreadable"


# --- texts


def test_each_text_is_needed_once_however_many_rpms_hold_it() -> None:
    rpms = [rpm(f"libfoo-l{number}.{arch}", GOOD) for number in range(3) for arch in ("x86_64", "s390x")]
    (needed,) = texts_needed(build(*rpms), ReadmeRules())
    assert needed.key == GOOD.digest
    assert len(needed.places) == len(rpms)


def test_texts_without_a_digest_are_told_apart_by_where_they_are() -> None:
    rpms = (rpm("a.x86_64", file(digest="")), rpm("b.x86_64", file(digest="")))
    keys = [needed.key for needed in texts_needed(build(*rpms), ReadmeRules())]
    assert keys == [f"a.x86_64:{GOOD.path}", f"b.x86_64:{GOOD.path}"]
    texts: dict[str, bool | Unreadable] = dict.fromkeys(keys, True)
    assert check_build(build(*rpms), texts, ReadmeRules()).outcome == "carries"


def test_nothing_is_read_that_could_not_count_anyway() -> None:
    misses = [
        file(flags=0),
        file(flags=FileFlag.LICENSE),
        file(size=0),
        file(kind=stat.S_IFLNK),
        file(flags=FileFlag.GHOST | FileFlag.DOC),
        file("readme-retired.txt"),
    ]
    assert texts_needed(build(*(rpm("a.x86_64", one) for one in misses)), ReadmeRules()) == ()


def test_an_rpm_full_of_notices_does_not_make_us_read_them_all() -> None:
    many = [file(folder=f"/usr/share/doc/{number:03}", digest=str(number)) for number in range(500)]
    assert len(texts_needed(build(rpm("a.x86_64", *many)), ReadmeRules())) == NOTICES_PER_RPM


@pytest.mark.parametrize(
    "text",
    [
        "This package is retired.",
        "RETIRED",
        "its Retirement\nwas announced",
        "»retired«",
        "__retired__",
        "not-retired-yet? retired!",
    ],
)
def test_a_word_in_any_case_says_it(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert says_retired(text.encode(encoding), WORDS)


@pytest.mark.parametrize(
    "text", ["", "unretired", "retiredness", "retire", "re-tired", "tired", "pretirement"]
)
def test_other_words_do_not_say_it(text: str) -> None:
    assert not says_retired(text.encode(), WORDS)


def test_latin_1_and_binary_rubbish_are_read_as_they_are() -> None:
    assert says_retired("Dieses Paket wird nicht mehr gepflegt: für immer retired".encode("latin-1"), WORDS)
    assert says_retired(b"\xff\xfe" + "retired".encode("utf-16-le") + b"\xd8", WORDS)
    assert says_retired(b"\x00\xff retired \x80", WORDS)
    assert not says_retired(bytes(range(256)), WORDS)


def test_a_text_cut_inside_a_letter_is_still_utf_8() -> None:
    cut = "zurückgezogen, für immer".encode()[:-8]
    with pytest.raises(UnicodeDecodeError):
        cut.decode()
    assert says_retired(cut, ("zurückgezogen",))


def test_words_of_the_policy_are_taken_literally() -> None:
    assert says_retired(b"End  of\nlife.", ("end of life",))
    assert not says_retired(b"endxofxlife", ("end.of.life",))


def test_the_limit_leaves_room_for_any_notice_a_person_writes() -> None:
    assert README_LIMIT >= 16 * 1024


# --- as evidence


def test_a_check_survives_the_ledger() -> None:
    checked = check(rpm("a.x86_64", file("README-RETIRED.md", flags=0)), torn("b.s390x"), rpm("c.src", GOOD))
    assert decode(BuildChecked, encode(checked)) == checked


def test_a_check_by_other_rules_is_other_evidence() -> None:
    checked = check(rpm("a.x86_64"))
    keys = {
        Recorded(fact, "a", 9, "koji", THEN, THEN).key
        for fact in (checked, replace(checked, rules=EVERY), replace(checked))
    }
    assert len(keys) == 2


# --- as a rule


def case_of(checked: BuildChecked, *, trouble: str | None = None, profile: Profile | None = None) -> Case:
    nvr = NVR.parse(checked.nvr)
    nothing = Missing("a source that no one asks here", "not asked")
    newest = NewestBuild(nvr, nvr.evr(None), "stable", None, THEN, order_trouble=trouble)
    facts = Facts(
        package=nvr.name,
        collection=Collection.parse("epel9"),
        as_of=THEN.date(),
        presence=nothing,
        newest=Known(newest, "koji", THEN),
        check=Known(checked, "koji", THEN),
        people=nothing,
    )
    return Case(facts, Calendar(()), profile or Profile(), lifetime=None, earliest=None, leaving=True)


def test_the_rule_links_to_the_build_and_tells_when_its_rpms_were_read() -> None:
    finding = RULE.apply(case_of(check(rpm("libfoo.x86_64", GOOD))))
    assert finding is not None
    assert finding.verdict is Verdict.OK
    assert finding.evidence[0].at == THEN
    assert (finding.evidence[0].url or "").endswith("buildID=libfoo-1.2-3.el9")


def test_a_check_by_other_settings_than_todays_is_cannot_know() -> None:
    finding = RULE.apply(case_of(check(rpm("libfoo.x86_64", GOOD)), profile=Profile(readme=EVERY)))
    assert finding is not None
    assert finding.verdict is Verdict.CANNOT_KNOW


def test_a_final_build_below_another_one_must_be_built_again() -> None:
    trouble = "libfoo-1.2-3.el9 was tagged last, but libfoo-2-1.el9 is the higher version"
    finding = RULE.apply(case_of(check(rpm("libfoo.x86_64", GOOD)), trouble=trouble))
    assert finding is not None
    assert finding.verdict is Verdict.MUST_ACT
    assert trouble in finding.measured
    lacking = RULE.apply(case_of(check(rpm("libfoo.x86_64")), trouble=trouble))
    assert lacking is not None
    assert trouble in lacking.measured
    assert "list it as" in (lacking.remedy or "")
