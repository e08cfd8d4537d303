# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command ``epelbot`` itself: options for all, commands loaded only when they are called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from epelbot import __version__
from epelbot.cli.output import complain
from epelbot.errors import BadInput, ConfigError, EpelbotError, NotThere, PermanentError, TransientError

if TYPE_CHECKING:
    from epelbot.cli.wiring import Wiring

#: Fine; the answer is no; usage or configuration error; cannot know (DESIGN, The command line).
FINE, NO, USAGE, CANNOT_KNOW = 0, 1, 2, 3
#: What a shell calls a command that Ctrl-C ended.
INTERRUPTED = 130

# Name, module in this package, one line of help. A visible table, so that --help imports no command.
_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "The whole story on bundled data, offline, in seconds."),
    "run": ("service", "Consume, work and deliver, all in one process."),
    "consume": ("service", "Take messages from the bus into the inbox."),
    "work": ("service", "Record, judge, tell and deliver what is waiting."),
    "ingest": ("ingest", "Take recorded messages from files into the inbox."),
    "catch-up": ("catch_up", "Take in the messages that were missed, from datagrepper."),
    "sweep": ("sweep", "Rebuild what is known from Koji, Bodhi and dist-git."),
    "explain": ("explain", "Why a package stands where it stands."),
    "queue": ("queue", "The release manager's queue of retirements."),
    "approve": ("decide", "Approve a retirement that is complete."),
    "defer": ("decide", "Put a retirement off to a later minor."),
    "reject": ("decide", "Refuse a retirement."),
    "waive": ("decide", "Set a rule aside for one package, for a while."),
    "undo": ("decide", "Take the last decision on a package back."),
    "triage": ("triage", "Posts that a person has to judge; settle them."),
    "may-retire": ("gate", "Whether a package may be retired now: the gate for scripts."),
    "lifetime": ("lifetime", "The minimum lifetime of an entry, without a database."),
    "verify-build": ("verify_build", "Whether a build is a final build (R2)."),
    "compare": ("compare", "What breaks for others when one build replaces another (A1)."),
    "read-post": ("read_post", "What the reader makes of a mail."),
    "calendar": ("calendar", "RHEL's minors, known and projected."),
    "policy": ("policy", "The rules in words; what two profiles judge differently."),
    "outbox": ("outbox", "What is held, sent or parked; release and discard."),
    "mute": ("mute", "Send a person nothing more but what the policy demands."),
    "unmute": ("mute", "Tell that person again."),
    "muted": ("mute", "Who is muted, by whom, and why."),
    "inbox": ("inbox", "What came in and what is parked; retry."),
    "doctor": ("doctor", "Whether everything that epelbot needs is in order."),
    "config": ("config", "Make, check and show the settings."),
    "db": ("db", "Set up, check and export the database."),
}
# These run for long and are watched through their logs.
_SERVICES = ("run", "consume", "work")


class _LazyGroup(click.Group):
    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except BrokenPipeError:
            # Here and below: click would end with 1, which is an answer of ours.
            raise click.exceptions.Exit(_enough_read()) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return _enough_read()

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"epelbot.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        # click's own would import every command for its first line of help.
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])


class _Start:
    """What a command line starts with: the way to the wiring, and whether tracebacks are wanted."""

    def __init__(self, wire: Callable[[str | None], Wiring]) -> None:
        self.wire = wire
        self.debug = False


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="epelbot")
@click.option("--config", "config", metavar="FILE", help="The settings file (else $EPELBOT_CONFIG).")
@click.option("--debug", is_flag=True, help="Show tracebacks and log everything.")
@click.pass_context
def epelbot(ctx: click.Context, config: str | None, debug: bool) -> None:
    """A package-lifecycle policy bot for EPEL: who wants to leave, what is owed, and why it stands so.

    Exit status: 0 fine; 1 the answer is no; 2 usage or configuration error; 3 cannot know.
    """
    import logging

    from epelbot.cli.logs import set_up_logging

    usual = logging.INFO if ctx.invoked_subcommand in _SERVICES else logging.WARNING
    set_up_logging(logging.DEBUG if debug else usual)
    ctx.obj.debug = debug
    ctx.obj = ctx.obj.wire(config)


def run(wire: Callable[[str | None], Wiring], arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit status. ``wire`` makes the wiring from a settings file's path.

    Whatever goes wrong is one sentence on stderr, with a traceback before it only after ``--debug``.
    """
    start = _Start(wire)
    words = sys.argv[1:] if arguments is None else arguments
    _open_what_is_closed()
    try:
        status = _answer(start, words)
        sys.stdout.flush()
    except BrokenPipeError:
        status = _enough_read()
    except (click.exceptions.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        said = error.format_message().rstrip(".")
        command = context.command_path if context else _called(words)
        complain(f"{said[:1].lower()}{said[1:]}; see '{command} --help'")
        status = USAGE
    except EpelbotError as error:
        _show_traceback(start)
        complain(str(error))
        status = _status_of(error)
    except OSError as error:
        _show_traceback(start)
        complain(f"{error.filename or 'the output'} cannot be written or read: {error.strerror}; mend that")
        status = CANNOT_KNOW
    except Exception as error:  # noqa: BLE001 -- the outermost place; a script must not take a defect for an answer
        _show_traceback(start)
        complain(
            f"this is a fault in epelbot ({type(error).__name__}: {error}); "
            "run it again as 'epelbot --debug ...' and report what it prints"
        )
        status = CANNOT_KNOW
    return status


def _answer(start: _Start, arguments: list[str]) -> int:
    try:
        status: Any = epelbot.main(args=arguments, prog_name="epelbot", standalone_mode=False, obj=start)
    except SystemExit as end:
        # click's way out of completing words for the shell.
        status = end.code
    return status if isinstance(status, int) else FINE


def _open_what_is_closed() -> None:
    """Python has None for a stream that was closed before it began, and most code can't do with that.

    In this order, so that no file of ours is ever opened as number 0, 1 or 2.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _called(words: list[str]) -> str:
    """The command that these words call, for click does not say which of them lacks an option's value."""
    command: click.Command | None = epelbot
    path = "epelbot"
    for word in words:
        if not isinstance(command, click.Group):
            break
        context = click.Context(command)
        if word in command.list_commands(context):
            command = command.get_command(context, word)
            path = f"{path} {word}"
    return path


def _show_traceback(start: _Start) -> None:
    if start.debug:
        import traceback

        traceback.print_exc()


def _enough_read() -> int:
    """Whoever read us (head) has enough, and that is no failure; what is left to write goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return FINE


def _status_of(error: EpelbotError) -> int:
    if isinstance(error, BadInput | ConfigError):
        return USAGE
    cannot_know = isinstance(error, TransientError | PermanentError) and not isinstance(error, NotThere)
    return CANNOT_KNOW if cannot_know else NO
