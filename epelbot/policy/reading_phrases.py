# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words by which the reader of posts understands people. Every entry has a test of its own.

A word that stands in none of these tables is not understood, and a sentence that has one where a package
name can't stand is not sure. So a missing word costs a look by a person; a wrong one may cost an action.
"""

from __future__ import annotations

#: Says that a package leaves. Forms: base, gerund, participle, noun.
RETIRE_BASE = ("retire", "orphan")
# Slips of the pen included.
RETIRE_GERUND = ("retiring", "orphaning", "retireing", "retirng", "retring", "reitring", "orphanning")
RETIRE_PARTICIPLE = ("retired", "orphaned")
RETIRE_NOUN = ("retirement", "retirements", "retirment", "retierment")

#: May say the same, but only in a sentence that is wholly understood: much else is dropped and removed.
DROP_BASE = ("drop", "remove")
DROP_GERUND = ("dropping", "removing")
DROP_PARTICIPLE = ("dropped", "removed")
DROP_NOUN = ("removal",)

#: The writer. Without a person or a plan a bare "retire" is taken for a request or advice.
PERSONS = ("i", "i'm", "i'll", "i've", "im", "we", "we're", "we'll", "we've", "my", "our")
PLANS = ("intent", "intention", "intend", "intending", "plan", "plans", "planning", "going")

#: Carries no meaning of its own between the parts of an announcement.
FILLERS = (
    *(
        "a",
        "an",
        "the",
        "from",
        "in",
        "on",
        "for",
        "of",
        "out",
        "to",
        "that",
        "is",
        "are",
        "am",
        "be",
        "being",
    ),
    *("been", "will", "has", "have", "shall", "do", "about", "hereby", "now", "also", "just", "only", "both"),
    *("this", "announce", "announcing", "announcement", "note", "decided", "want"),
    *("package", "packages", "branch", "branches", "component", "components", "rpm", "rpms", "source"),
    *(
        "today",
        "tomorrow",
        "tommorow",
        "soon",
        "shortly",
        "upcoming",
        "forthcoming",
        "scheduled",
        "hi",
        "hello",
        "hey",
        "all",
        "everyone",
    ),
    *("folks", "need", "must", "forced", "afraid", "finally", "unfortunately", "sadly", "there"),
    *("therefore", "hence", "thus", "consequently", "officially", "formally", "effective", "immediately"),
    *(
        "currently",
        "regretfully",
        "reluctantly",
        "inform",
        "informing",
        "you",
        "dear",
        "guys",
        "team",
        "friends",
    ),
    *(
        "modules",
        "gems",
        "extensions",
        "permanently",
        "altogether",
        "completely",
        "cleanly",
        "really",
        "simply",
        "actually",
    ),
)

#: Stands for packages that are named elsewhere: in a list that follows, or in the subject.
LISTINGS = (
    *("following", "below", "listed", "list", "these", "those", "some", "several", "few", "couple", "many"),
    *("various", "bunch", "number", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("everything", "mine"),
)
#: Together with the two tables above, makes a line that only leads to a list: "Here is the list:".
LIST_OPENERS = ("here", "affected", "namely", "names")
#: Stands for the packages that the subject or a sentence before has named.
SINGULAR_PRONOUNS = ("it", "its")
PLURAL_PRONOUNS = ("them", "they", "their")

#: From here on a sentence tells why, when or what comes after. Not read for names.
TAILS = (
    *(
        "because",
        "since",
        "as",
        "due",
        "given",
        "owing",
        "so",
        "which",
        "who",
        "where",
        "while",
        "after",
        "once",
    ),
    *("when", "until", "unless", "per", "with", "replaced", "superseded", "obsoleted", "renamed", "thanks"),
    *("moved", "in favor of", "in favour of", "if nobody", "if no one", "if noone", "if there are no"),
    *("if there is no", "now in", "for lack of", "for the following reason", "and will", "and have"),
)

#: May follow the places of a removal, and leaves it one: "from EPEL 9 at last", not "into our image".
AFTER_PLACES = (
    *("and", "or", "then", "at", "by", "before", "within", "during", "later", "again", "too", "it", "they"),
    *("please", "first", "early", "late", "no", "nobody", "if", "see", "last"),
)

#: Right behind the places they say something of a retirement: "The retirement of foo from EPEL 9 broke bar".
PREDICATES = (
    *(
        "is",
        "was",
        "were",
        "has",
        "have",
        "had",
        "isn't",
        "wasn't",
        "hasn't",
        "does",
        "did",
        "doesn't",
        "didn't",
    ),
    *(
        "broke",
        "breaks",
        "makes",
        "made",
        "means",
        "led",
        "leads",
        "needs",
        "seems",
        "would",
        "could",
        "should",
    ),
    *("must", "might", "may", "can", "cannot", "can't", "won't", "causes", "took", "went", "came", "shows"),
)
#: What may be said of one, and it stays an announcement: "is due on Monday".
HARMLESS_PREDICATES = (
    *("planned", "due", "happening", "effective", "final", "done", "complete", "completed", "underway"),
    *("under", "near", "imminent", "next", "now"),
)

#: Begins something that comes before the announcement and ends with a comma: "After some thought, foo will".
LEADS = (
    *(
        "as",
        "since",
        "because",
        "due",
        "given",
        "after",
        "following",
        "with",
        "per",
        "hi",
        "hello",
        "dear",
        "hey",
        "for",
    ),
)
#: The same, where the writer follows with or without a comma: "Unless somebody steps up I'll retire foo".
OPENINGS = (
    *(
        "if",
        "unless",
        "although",
        "though",
        "while",
        "now",
        "today",
        "tomorrow",
        "next",
        "at",
        "in",
        "on",
        "during",
    ),
    *("before", "by", "over", "within", "last"),
    *("yesterday", "together"),
)
#: Joins a sentence to what was said before, and is no part of it.
CONNECTIVES = (
    *("so", "thus", "hence", "and", "but", "well", "anyway", "ok", "okay", "finally", "consequently", "then"),
    *(
        "as a result",
        "as a consequence",
        "in short",
        "long story short",
        "tl;dr",
        "in other words",
        "that said",
    ),
    *("for this reason", "for that reason", "for these reasons", "therefore", "that's why", "which means"),
    *(
        "because of this",
        "because of that",
        "in consequence",
        "for those reasons",
        "just so you know",
        "fyi",
        "fwiw",
    ),
    *(
        "psa",
        "btw",
        "by the way",
        "heads up",
        "heads-up",
        "quick heads-up",
        "a quick heads-up",
        "just fyi",
        "sorry",
    ),
    *("hi all", "hi everyone", "hello everyone", "dear all", "also", "alas", "yes", "lastly"),
)
#: Tells how or when, wherever it stands in a sentence, and changes nothing of what it says.
ADVERBIALS = (
    *("with effect from", "with immediate effect", "with a heavy heart", "with regret", "with great regret"),
    *(
        "then",
        "as of",
        "as from",
        "for good",
        "once and for all",
        "right away",
        "as well",
        "at the latest",
        "kindly",
    ),
    *("asap", "in the near future", "on behalf of the maintainers", "in accordance with the policy"),
    *("at the end of the week", "at the end of the month", "at the end of the year", "any more", "anymore"),
    *("in the coming days", "in the coming weeks", "in the next days", "in the next few days"),
    *("in the next weeks", "over the next weeks", "from now on", "for now", "once again", "no joke"),
)
#: Before a "that" and the writer: only leads to the announcement.
INTRODUCTIONS = (
    *("quick", "brief", "short", "little"),
    *("heads", "up", "heads-up", "notice", "know", "let", "aware", "writing", "wanted", "sad", "sorry"),
    *(
        "mail",
        "email",
        "message",
        "tell",
        "regret",
        "say",
        "means",
        "it",
        "us",
        "me",
        "pleased",
        "like",
        "would",
    ),
)
#: After "if": the announcement stands unless somebody comes forward.
HARMLESS_IFS = (
    *("nobody", "no one", "no-one", "noone", "there are no", "there is no", "you", "anyone", "anybody"),
    *("someone", "somebody"),
)

#: "Not retiring", "instead of retiring": up to three words may stand between.
DENIALS = (
    *(
        "not",
        "never",
        "won't",
        "don't",
        "didn't",
        "doesn't",
        "can't",
        "cannot",
        "isn't",
        "aren't",
        "no longer",
    ),
    *("no plans", "no plan", "no intention", "no need", "instead of", "rather than", "without", "stop"),
    *("stopped", "avoid", "against", "refuse"),
)
#: Anywhere in a sentence that speaks of a retirement: it is taken back.
REVOCATIONS = (
    *("unretire", "unretired", "unretiring", "un-retire", "un-retired", "un-retiring", "cancel", "cancelled"),
    *("canceled", "cancelling", "canceling", "withdraw", "withdrawing", "withdrawn", "postpone", "postponed"),
    *("reverting", "reverted", "unorphan", "unorphaned"),
)
#: Right before the verb (two words may stand between): somebody else is to do it.
REQUESTS = (
    *(
        "please",
        "can someone",
        "could someone",
        "can somebody",
        "could somebody",
        "can anyone",
        "could anyone",
    ),
    *("would someone", "can you", "could you", "would you", "can we", "request to", "requesting", "ask to"),
    *("asking for", "needs to be", "should be", "must be", "has to be", "let's"),
)
#: Right before the verb (two words may stand between): nothing has been decided.
DOUBTS = (
    *(
        "i'd",
        "we'd",
        "options",
        "there are plans to",
        "there is a plan to",
        "probably",
        "hopefully",
        "eventually",
    ),
    *("might", "may", "could", "would", "should", "considering", "consider", "thinking about", "thinking of"),
    *(
        "contemplating",
        "propose",
        "proposing",
        "proposed",
        "proposal",
        "suggest",
        "suggesting",
        "maybe",
        "perhaps",
    ),
    *(
        "possibly",
        "possible",
        "potential",
        "potentially",
        "discuss",
        "candidates for",
        "whether",
    ),
    *("objections to", "objection to", "ok to", "okay to"),
)
#: Anywhere in the sentence: less, or more, leaves than the names tell.
EXCEPTIONS = ("except", "excluding", "besides", "apart from", "other than", "and others", "etc")
#: After a "but" or "however": the announcement stays as it was. Otherwise what follows may take it back.
HARMLESS_BUTS = (
    "if you",
    "if someone",
    "if anyone",
    "let me know",
    "tell me",
    "feel free",
    "keep",
    "stay",
    "stays",
)
#: Makes a question about a retirement an invitation, which leaves the announcement as it was.
INVITATIONS = (
    "take",
    "taking",
    "adopt",
    "adopting",
    "maintain",
    "maintaining",
    "object",
    "interested",
    "pick",
    "takers",
    "step up",
    "co-maintain",
)

#: Gives a package up without saying that it leaves: a person decides what was meant.
GIVING_UP = (
    *(
        "giving up",
        "give up",
        "gave up",
        "stepping down",
        "step down",
        "no longer maintain",
        "can't maintain",
    ),
    *("cannot maintain", "stop maintaining", "new maintainer", "up for grabs", "abandoning", "deprecating"),
    *("letting go of", "i'm letting", "no longer maintaining"),
)

#: An offer, when one of `TAKING` follows within a few words.
OFFERS = (
    *("i'd like to", "i would like to", "i'd love to", "i would love to", "i want to", "i can", "i could"),
    *("i'll", "i will", "i'd be happy to", "i would be happy to", "i'm happy to", "i am happy to"),
    *("i'd be interested in", "i would be interested in", "we'd be interested in", "i'd be glad to"),
    *("i'm willing to", "i am willing to", "i volunteer to", "i'm interested in", "i am interested in"),
    *("we'd like to", "we would like to", "we can", "we will", "we'd be happy to"),
)
TAKING = ("take", "taking", "adopt", "adopting", "maintain", "maintaining", "pick up", "picking up")

#: The same, when it has been done.
TAKEN = (
    *(
        "i have taken",
        "i've taken",
        "i have adopted",
        "i've adopted",
        "i took",
        "i adopted",
        "i have claimed",
    ),
    *("i just took", "i've just taken", "i have just taken", "i'm taking", "i am taking"),
    *("i've picked up", "i have picked up", "i'm adopting", "i am adopting", "i claimed", "i've claimed"),
)
#: Takes an announcement back, when the writer does it and it stands before a word for the announcement.
TAKING_BACK = (
    *("withdraw", "withdrawing", "withdrew", "withdrawn", "cancel", "cancelling", "canceling", "cancelled"),
    *("canceled", "revoke", "revoking", "revoked", "retract", "retracting", "take back", "taking back"),
    *("call off", "calling off", "scratch", "rescind"),
)

#: In a subject: an incompatible change (A2).
ABI_CHANGES = (
    *("soname bump", "soname change", "so-name bump", "so name bump", "abi change", "abi break", "abi bump"),
    *(
        "abi breakage",
        "api change",
        "api break",
        "abi/api change",
        "incompatible upgrade",
        "incompatible update",
    ),
    *("incompatible change", "soname", "incompatible version", "abi incompatible", "api incompatible"),
    *(
        "backwards incompatible",
        "backward incompatible",
        "abi-incompatible",
        "breaking change",
        "breaking update",
    ),
)
#: In a sentence: the same.
ABI_TOLD = (
    *ABI_CHANGES,
    *("breaks the abi", "breaks the api", "breaks abi", "breaks api", "changes the abi", "changes the api"),
    *("bumps the soname", "bumps its soname", "changes the soname", "new soname", "backwards-incompatible"),
    *("not backwards compatible", "not backward compatible", "not compatible", "not abi compatible"),
    *("backward-incompatible", "not api compatible"),
)
ABI_FILLERS = (
    *("update", "upgrade", "rebase", "bump", "version", "libraries", "library", "request"),
    *("announcement", "planned", "upcoming", "coming", "with", "due", "new", "major", "release", "changes"),
)

#: What programs write before the subject of an answer or a forwarded mail, in the languages seen on lists.
REPLY_PREFIXES = ("re", "aw", "antw", "sv", "vs", "rv", "odp", "fwd", "fw", "wg", "tr")
#: Words before the matter of a subject, with or without brackets or a colon.
SUBJECT_OPENERS = (
    "heads up",
    "heads-up",
    "headsup",
    "psa",
    "fyi",
    "notice",
    "ann",
    "announcement",
    "attention",
    "info",
    "sorry",
)

#: In a subject, what robots and chairpersons write. Each is a piece of a regular expression.
AUTOMATIC_SUBJECTS = (
    r"updates-testing report",
    r"\bdigest, vol",
    r"orphaned packages (?:looking|in|to be|that)",
    r"packages (?:looking for|needing) (?:a )?new maintainers?",
    r"\borphans? report",
    r"\b(?:meeting|committee)\b.*\b(?:minutes|agenda|summary|log)\b",
    r"\b(?:minutes|agenda)\b.*\b(?:meeting|committee)\b",
    r"^\W*(?:minutes|agenda)\b",
    r"\bepel[ -]?[0-9.]+ (?:(?:is|has|will|now|goes|reach|reaches|reached) ){0,3}(?:eol|end[ -]of[ -]life)\b",
    r"\b(?:eol|end[ -]of[ -]life) (?:of|for) (?:fedora )?epel\b",
    r"\bbroken dependencies\b",
    r"\bcompose report\b",
    r"^\W*bug\s#?[0-9]",
    r"\bweekly (?:news|report)\b",
    r"^\s*\[epelbot\]",
)
#: Local parts of addresses, and accounts, behind which is no person.
ROBOTS = (
    *("epelbot", "updates", "bodhi", "builds", "buildsys", "noreply", "no-reply", "notifications", "releng"),
    *("koji", "rawhide", "mailer-daemon", "postmaster", "pagure", "bugzilla"),
)

#: Words that stand where a package name could, and are none unless they are known as one or marked as one.
_NO_NAMES = """
additional aforementioned corresponding current deprecated duplicate except excluding existing longer
mentioned original outdated redundant respective said separate standalone
aarch64 access action after ago another any anymore anyone arch architecture architectures archive
archives as at automatically back bad base because best bindings bit bits broken bug bugs build builds but
by bye can cannot change changes cheers cleanup collection collections com community compose composes
conflict conflicts content contents could cve cves data date day days dead default dependencies dependency
deps desktop devel distribution docs drivers else entire entirely eol epel errors etc every fails feature
features fedora few file files final first fix fixes friends from ftbfs game games get go gone good group
groups had half he her here his hold how i386 i686 if images immediately infra infrastructure instead into
issue issues item items kernel language languages last later latest leaf less let libraries library like
lists long lots mail mailing maintainer maintainers maintenance major make mass may me member members
might minor mirror mirrors modular modularity module month months more most must myself name names
never new news next no none not nothing obsolete of off old older one ones or orphan other others our out
over owner packager packagers packaging part people period person place plan platform playground
playgrounds please plugin plugins policy poll ppc64le problem process product project projects proposal
question reason reasons regards release releases repo repos repositories repository request requests rest
rhel right s390x same script scripts security service services set she should side signed slowly so
software some somebody someone something stack still stream streams stuff subpackage subpackages suite
support system systems tag tags team test testing tests thank thanks that them then there they thing
things time tool toolchain tools total two under unmaintained until unused update updates upgrade upstream
us use user users version versions very was we week weeks were what when where whether which who whole why
wiki with work would x86_64 year years yesterday yet you your
"""
NO_NAMES = frozenset(_NO_NAMES.split())
#: Names of packages that stand for many others as well: "retiring perl from EPEL 8". Sure only when marked.
GROUPS = (
    *(
        "perl",
        "python",
        "php",
        "ruby",
        "rubygems",
        "gems",
        "golang",
        "rust",
        "ocaml",
        "haskell",
        "java",
        "lua",
    ),
    *("gnome", "kde", "plasma", "xfce", "lxqt", "qt"),
)
#: Endings of English words, for words of at least seven letters.
WORD_ENDINGS = (
    "ing",
    "tion",
    "sion",
    "ment",
    "ments",
    "ness",
    "ity",
    "able",
    "ible",
    "ally",
    "ful",
    "ous",
    "ship",
    "ies",
)
