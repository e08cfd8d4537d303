# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot demo`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from epelbot.cli.app import FINE
from epelbot.cli.output import Column, filled, heading, print_table, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.errors import BadInput
from epelbot.ledger import outbox
from epelbot.services import explain as service
from epelbot.wording.excuse_text import excuse_text
from epelbot.wording.outbox_text import OUTBOX_TITLES, outbox_rows, shown_mail
from epelbot.wording.queue_text import QUEUE_TITLES, queue_rows

_EXPLAINED = ("oldtool", "wrongcase")
_VIOLATED = "vanished"


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Leave ledger and RPMs here.",
)
@click.pass_obj
def demo(wiring: Wiring, keep: Path | None) -> int:
    """The whole story on bundled data, offline, in seconds; nothing is sent, nothing of yours is touched."""
    from epelbot.demo import RELEASE_MANAGER, tell

    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise BadInput(f"{keep} is not empty; name a new folder")
    now = wiring.now()
    folder = keep.resolve() if keep else Path(tempfile.mkdtemp(prefix="epelbot-demo-"))
    told = tell(folder, now)
    epel9 = Collection.parse("epel9")
    heading("1. A made-up EPEL 9")
    click.echo(
        filled(
            f"{told.taken.new} bus messages about eight packages came in, {told.rpms} RPM files were at "
            "hand, every listing was judged. Nothing was looked up outside."
        )
    )
    click.echo()
    heading("2. The release manager's queue (epelbot queue)")
    excuses = service.queue(told.ledger, None)
    print_table([Column(title) for title in QUEUE_TITLES], queue_rows(excuses))
    click.echo(filled("Steps: announced, final build, in updates, release manager told. ~ is a projection."))
    for number, package in enumerate(_EXPLAINED, 3):
        click.echo()
        heading(f"{number}. Why {package} stands where it stands (epelbot explain {package})")
        excuse = service.explain(told.ledger, told.rulebook, package, epel9, now)
        if excuse is not None:
            click.echo(printable(excuse_text(excuse)))
    click.echo()
    heading(f"5. What has left against the rules, in short (epelbot explain {_VIOLATED})")
    gone = service.explain(told.ledger, told.rulebook, _VIOLATED, epel9, now)
    if gone is not None:
        click.echo(printable(excuse_text(gone).partition("\n\n")[0]))
    with told.ledger.read() as connection:
        rows = outbox.listed(connection)
    click.echo()
    heading('6. What it would tell people (epelbot outbox list); held until deliver.mail = "send"')
    print_table([Column(title, title == "subject") for title in OUTBOX_TITLES], outbox_rows(rows))
    mail = next((row for row in rows if "wrongcase" in row.about), None)
    if mail is not None:
        click.echo()
        heading(f"7. One of these mails (epelbot outbox show {mail.id})")
        click.echo(printable(shown_mail(mail)))
    click.echo()
    heading("8. Go on by yourself")
    click.echo(f"  export EPELBOT_DATABASE__URL=sqlite:///{folder / 'epelbot.db'}")
    click.echo(f"  export EPELBOT_ROLES__RELEASE_MANAGERS={RELEASE_MANAGER}")
    click.echo("  epelbot explain relapsed")
    click.echo(f"  epelbot approve oldtool --collection epel9 --as {RELEASE_MANAGER} --reason 'as announced'")
    click.echo()
    click.echo(f"All of it stays in {folder}, which you may remove when you are done.")
    return FINE
