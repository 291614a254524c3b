"""`daypass demo`: the parts, the page, and until Ctrl-C; or the tour and an honest exit code."""

import asyncio
import signal
import time
from collections.abc import Awaitable

from rich.console import Console

from bot.demo.actor import NotSeen
from bot.demo.cast import PEOPLE
from bot.demo.identity import PASSWORD
from bot.demo.servers import ServerFailed
from bot.demo.stage import Stage, staged
from bot.demo.tour import Untrue, play

out = Console(highlight=False, soft_wrap=True)
QUICK_CHECKPOINTS = {"DAYPASS_CHECKPOINT_SECONDS": "2"}
HURRIED = 20.0
"""How much faster than in Slack the minute of its rate limits goes by in the tour, which hurries as much itself."""


def run_demo(port: int) -> int:
    """Run the demo until Ctrl-C; the exit code."""
    return asyncio.run(_until_stopped(_demo(port)))


def run_tour() -> int:
    """Play the tour; 0 only if everything it tells was seen to be true."""
    return asyncio.run(_until_stopped(_tour()))


async def _demo(port: int) -> int:
    began = time.monotonic()
    async with staged(_tell, port, models=True) as stage:
        out.print(f"Ready after {time.monotonic() - began:.1f} s.\n")
        out.print(f"  Open [bold]{stage.page}/[/bold] in a browser.\n")
        out.print("It is a stand-in for Slack with six people in it; switch between them at the top left:")
        for _, _, name, title, _, _ in PEOPLE:
            out.print(f"  {name}: {title}")
        out.print(
            f"\n  Open [bold]{stage.daypass_url}/[/bold] for the console: who could do what, when and why.\n"
        )
        out.print(f"Sign in there as any of them, with the password {PASSWORD}; Barbara sees everything.")
        out.print(
            "\nStart as Ada: type [bold]/access[/bold], [bold]/release[/bold] or [bold]/incident[/bold]. "
            "Ctrl-C stops everything and leaves nothing behind."
        )
        await _watch(stage)
    return 0


async def _watch(stage: Stage) -> None:
    """Until somebody stops the demo; say so if a part dies by itself."""
    always = (stage.sandbox, stage.bao.server, stage.postgres.server, stage.reaper, stage.sign_in)
    parts = {part.name: part for part in always}
    if stage.mlflow and stage.models:
        parts |= {part.name: part for part in (stage.mlflow.server, stage.models)}
    while True:
        for part in (*parts.values(), stage.daypass):
            if not part.running():
                raise ServerFailed(f"{part.name} stopped unexpectedly:\n{part.last_words()}")
        await asyncio.sleep(0.5)


async def _tour() -> int:
    async with staged(_tell, settings=QUICK_CHECKPOINTS, models=True, speed=HURRIED) as stage:
        began = time.monotonic()
        try:
            await play(stage, out)
        except (Untrue, NotSeen) as untrue:
            out.print(f"    [red]✗ {untrue}[/red]")
            out.print(f"Daypass's last output:\n{stage.daypass.last_words()}", markup=False)
            return 1
        out.print(f"\nEvery step was checked, in {time.monotonic() - began:.0f} s.")
    return 0


async def _until_stopped(running: Awaitable[int]) -> int:
    """Run it; Ctrl-C or SIGTERM ends it in good order."""
    task = asyncio.ensure_future(running)
    stopped: list[signal.Signals] = []

    def stop(by: signal.Signals) -> None:
        stopped.append(by)
        task.cancel()

    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop, each)
    try:
        return await task
    except asyncio.CancelledError:
        out.print("\nStopped; nothing was left behind.")
        return 0 if stopped else 1
    except ServerFailed as failure:
        out.print(f"[red]{failure}[/red]")
        return 1


def _tell(sentence: str) -> None:
    out.print(f"[dim]{sentence}[/dim]")
