"""`daypass run`: the login is in the program's environment and nowhere else, and ends with the program."""

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daypass import connect
from daypass.connect import Recipe, read_recipe
from daypass.errors import DaypassError
from daypass.private_folder import sweep
from daypass.run import Watch
from tests.client.conftest import TOKEN
from tests.client.double import CONNECT, SECRET
from tests.terminals import own_terminal

ASKED = ("--for", "1h", "--because", "the nightly features look wrong")
SHOW = "import json, os, sys; json.dump([dict(os.environ), sys.argv[1:]], open(sys.argv[1], 'w'))"
PATIENCE = 60


def start(home: dict[str, str], *arguments: str, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "daypass", *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    wanted = {**pipes, "preexec_fn": _heed_ctrl_c, **more}
    return subprocess.Popen(
        command, env={**home, "PYTHONPATH": os.pathsep.join(sys.path)}, text=True, **wanted
    )


def _heed_ctrl_c() -> None:
    """As in a shell, however the tests were started: what runs in the background is born deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    begun = start(home, *arguments)
    out, err = begun.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(arguments, begun.returncode, out, err)


def python(code: str, *arguments: str) -> tuple[str, ...]:
    return ("--", sys.executable, "-c", code, *arguments)


def seen(file: Path) -> Any:
    return json.loads(file.read_text())


def wait_for(file: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline, f"{file} never came"
        time.sleep(0.01)
    return file.read_text()


class TestTheProgram:
    def test_has_the_login_in_its_environment_and_nobody_else_has_it(self, double, home, tmp_path):
        file = tmp_path / "seen"
        done = run(home, "run", "warehouse", *ASKED, *python(SHOW, str(file)))
        assert done.returncode == 0, done.stderr
        environment, arguments = seen(file)
        assert environment["PGUSER"] == SECRET["username"]
        assert environment["PGPASSWORD"] == SECRET["password"]
        assert "PGOPTIONS" not in environment, "the secret has no such field"
        assert arguments == [str(file)]
        file.unlink()
        secrets = (SECRET["password"], "s.wrapping", TOKEN)
        kept = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "sessions.json"]
        assert not [one for one in secrets for file in kept if one in file.read_text()]
        assert not [one for one in secrets if one in done.stdout + done.stderr]

    def test_has_none_of_the_users_own_variables_that_would_win(self, double, home, tmp_path):
        file = tmp_path / "seen"
        run({**home, "PGSERVICE": "mine"}, "run", "warehouse", *ASKED, *python(SHOW, str(file)))
        assert "PGSERVICE" not in seen(file)[0]

    def test_says_how_long_is_left(self, double, home):
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert "(1 h left)" in done.stderr

    @pytest.mark.parametrize(
        ("code", "expected"),
        [("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 128 + 9)],
    )
    def test_ends_it_with_its_own_exit_code(self, double, home, code, expected):
        assert run(home, "run", "warehouse", *ASKED, *python(code)).returncode == expected

    def test_that_does_not_exist_is_said_before_anybody_is_asked(self, double, home):
        done = run(home, "run", "warehouse", *ASKED, "--", "pqsl")
        assert done.returncode == 1
        assert "There's no program pqsl here" in done.stderr
        assert double.calls("POST", "/requests") == []

    def test_gets_what_is_a_file_in_one_that_is_gone_afterwards(self, double, home, tmp_path):
        double.connect = {**CONNECT, "files": {"KUBECONFIG": "token: <password>"}}
        file = tmp_path / "seen"
        code = (
            "import json, os, sys; file = os.environ['KUBECONFIG'];"
            "found = [file, open(file).read(), os.stat(file).st_mode, os.stat(os.path.dirname(file)).st_mode];"
            "json.dump(found, open(sys.argv[1], 'w'))"
        )
        done = run(home, "run", "warehouse", *ASKED, *python(code, str(file)))
        assert done.returncode == 0, done.stderr
        path, content, mode, folder_mode = seen(file)
        assert content == f"token: {SECRET['password']}"
        assert (stat.S_IMODE(mode), stat.S_IMODE(folder_mode)) == (0o600, 0o700)
        assert not Path(path).parent.exists()

    def test_that_was_killed_with_its_daypass_leaves_no_file_for_long(self, double, home, tmp_path):
        double.connect = {**CONNECT, "files": {"KUBECONFIG": "token: <password>"}}
        file = tmp_path / "seen"
        code = "import os, sys, time; open(sys.argv[1], 'w').write(os.environ['KUBECONFIG']); time.sleep(60)"
        begun = start(home, "run", "warehouse", *ASKED, *python(code, str(file)), start_new_session=True)
        path = Path(wait_for(file))
        os.killpg(begun.pid, signal.SIGKILL)
        begun.communicate()
        assert path.exists()
        old = time.time() - 3_600
        os.utime(path.parent, (old, old))
        sweep(tmp_path)
        assert not path.parent.exists()


class TestTheAccess:
    def test_that_was_requested_for_it_is_given_back(self, double, home):
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert len(double.calls("POST", "/give-back")) == 1
        assert "Gave warehouse back: your access has ended" in done.stderr

    def test_that_was_there_before_is_used_and_stays(self, double, home):
        double.new("active")
        done = run(home, "run", "warehouse", *python("pass"))
        assert done.returncode == 0, done.stderr
        assert double.calls("POST", "/requests") == double.calls("POST", "/give-back") == []
        assert "Your access to warehouse stays until" in done.stderr

    def test_of_somebody_else_is_not_used(self, double, home):
        double.new("active", requester="U07OTHER")
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert done.returncode == 0, done.stderr
        assert len(double.calls("POST", "/requests")) == 1

    def test_that_is_requested_already_is_waited_for(self, double, home):
        asked = double.new("pending")
        done = run(home, "run", "warehouse", *python("pass"))
        assert done.returncode == 0, done.stderr
        assert f"You've already requested warehouse ({asked['id']})" in done.stderr
        assert double.calls("POST", "/requests") == []

    def test_that_was_requested_in_slack_stays_too(self, double, home):
        double.new("pending")
        assert run(home, "run", "warehouse", *python("pass")).returncode == 0
        assert double.calls("POST", "/give-back") == []

    def test_that_an_earlier_run_requested_in_vain_is_given_back(self, double, home):
        double.decides = "pending"
        assert run(home, "run", "warehouse", *ASKED, "--timeout", "1s", *python("pass")).returncode == 5
        double.decides = "active"
        assert run(home, "run", "warehouse", *python("pass")).returncode == 0
        assert len(double.calls("POST", "/give-back")) == 1

    def test_that_is_to_be_kept_stays(self, double, home):
        run(home, "run", "warehouse", *ASKED, "--keep", *python("pass"))
        assert double.calls("POST", "/give-back") == []

    def test_that_was_requested_is_left_to_another_program_that_uses_it(self, double, home, tmp_path):
        file, other = tmp_path / "first", tmp_path / "second"
        code = "import sys, time; open(sys.argv[1], 'w').write('here'); sys.stdin.read()"
        first = start(home, "run", "warehouse", *ASKED, *python(code, str(file)), stdin=subprocess.PIPE)
        wait_for(file)
        second = start(home, "run", "warehouse", *python(code, str(other)), stdin=subprocess.PIPE)
        wait_for(other)
        first.communicate("")
        assert double.calls("POST", "/give-back") == []
        second.communicate("")
        assert len(double.calls("POST", "/give-back")) == 1

    def test_that_is_denied_says_why_and_starts_nothing(self, double, home, tmp_path):
        double.decides = "denied"
        done = run(home, "run", "warehouse", *ASKED, *python(SHOW, str(tmp_path / "seen")))
        assert done.returncode == 3
        assert "Grace Hopper denied your request for warehouse: not before the sale" in done.stderr
        assert not (tmp_path / "seen").exists()

    def test_that_nobody_decides_in_time_stays_requested(self, double, home):
        double.decides = "pending"
        done = run(home, "run", "warehouse", *ASKED, "--timeout", "1s", *python("pass"))
        assert done.returncode == 5
        assert "waiting for Grace Hopper" in done.stderr
        assert "The request stays pending and expires at " in done.stderr

    def test_that_nobody_asked_for_says_how_to(self, double, home):
        done = run(home, "run", "warehouse", *python("pass"))
        assert done.returncode == 1
        assert '--for 1h --because "…"' in done.stderr

    def test_by_a_wrong_name_names_the_nearest(self, double, home):
        assert "Did you mean warehouse?" in run(home, "run", "warehuose", *ASKED, *python("pass")).stderr

    def test_by_an_alias_is_the_same(self, double, home):
        assert run(home, "run", "features", *ASKED, *python("pass")).returncode == 0

    def test_can_not_be_given_back_while_daypass_is_away(self, double, home):
        double.fails["POST /give-back"] = (503, {"detail": "Not now.", "code": "not-now"})
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert done.returncode == 0
        assert "wasn't given back: Not now. It ends by itself at" in done.stderr

    def test_that_vault_does_not_hand_out_is_given_back(self, double, home):
        double.fails["PUT /unwrap"] = (503, {"errors": ["Vault is sealed"]})
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert done.returncode == 1
        assert f"Vault at {double.url} can't answer now" in done.stderr
        assert len(double.calls("POST", "/give-back")) == 1

    def test_whose_token_somebody_else_used_tells_what_to_do(self, double, home):
        double.fails["PUT /unwrap"] = (400, {"errors": ["wrapping token is not valid or does not exist"]})
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert "tell security" in done.stderr

    def test_of_a_bundle_that_says_nothing_to_programs_is_not_requested(self, double, home):
        double.connect = {"kind": "", "environment": {}, "files": {}, "url": None, "text": "psql"}
        done = run(home, "run", "warehouse", *ASKED, *python("pass"))
        assert "doesn't say how programs get the login" in done.stderr
        assert double.calls("POST", "/requests") == []


class TestSignals:
    CODE = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIG{0}, lambda *_: (open(sys.argv[1] + '.heard', 'a').write('{0}'), sys.exit(4)))\n"
        "open(sys.argv[1], 'w').write('here')\n"
        "while True: time.sleep(0.05)"
    )

    @pytest.mark.parametrize("name", ["TERM", "HUP", "INT", "USR1"])
    def test_sent_to_daypass_reach_the_program_and_it_is_waited_for(self, double, home, tmp_path, name):
        file = tmp_path / "there"
        code = python(self.CODE.format(name), str(file))
        begun = start(home, "run", "warehouse", *ASKED, *code, start_new_session=True)
        wait_for(file)
        begun.send_signal(getattr(signal, f"SIG{name}"))
        _, told = begun.communicate(timeout=PATIENCE)
        assert begun.returncode == 4, told
        assert wait_for(tmp_path / "there.heard") == name
        assert len(double.calls("POST", "/give-back")) == 1

    def test_ctrl_c_in_a_terminal_goes_to_the_program_once(self, double, home, tmp_path):
        file = tmp_path / "there"
        ours, theirs = pty.openpty()
        code = python(self.CODE.format("INT"), str(file))
        begun = start(
            home,
            "run",
            "warehouse",
            *ASKED,
            *code,
            stdin=theirs,
            start_new_session=True,
            preexec_fn=own_terminal,
        )
        wait_for(file)
        os.write(ours, b"\x03")
        _, told = begun.communicate(timeout=PATIENCE)
        os.close(ours)
        assert begun.returncode == 4, told
        assert wait_for(tmp_path / "there.heard") == "INT"

    def test_while_waiting_leave_the_request_and_say_so(self, double, home):
        double.decides = "pending"
        begun = start(home, "run", "warehouse", *ASKED, *python("pass"), start_new_session=True)
        assert begun.stderr is not None
        while "waiting for Grace Hopper" not in begun.stderr.readline():
            assert begun.poll() is None
        begun.send_signal(signal.SIGINT)
        _, told = begun.communicate(timeout=PATIENCE)
        assert begun.returncode == 130, told
        assert "run the same command again" in told
        assert "Traceback" not in told

    def test_a_program_that_forks_and_ends_has_ended(self, double, home, tmp_path):
        """Whatever it leaves running has no access any more: --keep is for that."""
        file = tmp_path / "there"
        code = "import os, sys, time\nif os.fork() == 0:\n os.setsid(); time.sleep(3); open(sys.argv[1], 'w').write('x')"
        began = time.monotonic()
        begun = start(
            home,
            "run",
            "warehouse",
            *ASKED,
            *python(code, str(file)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert begun.wait(PATIENCE) == 0
        assert not file.exists()
        assert len(double.calls("POST", "/give-back")) == 1
        assert time.monotonic() - began < PATIENCE


class TestTheTimeLeft:
    NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)

    def watch(self, told: list[str], left: timedelta) -> tuple[Watch, list[datetime]]:
        clock = [self.NOW]
        return Watch("warehouse", "psql", self.NOW + left, lambda: clock[0], told.append), clock

    def test_is_told_before_the_end_and_at_it_once_each(self, told):
        watch, clock = self.watch(told, timedelta(hours=1))
        for minutes in (0, 54, 55, 56, 59, 59.5, 60, 61):
            clock[0] = self.NOW + timedelta(minutes=minutes)
            watch()
        assert [line.split(", at")[0] for line in told[:2]] == [
            "warehouse ends in 5 min",
            "warehouse ends in 1 min",
        ]
        assert "its login no longer works. psql is still running" in told[2]
        assert len(told) == 3

    def test_is_looked_at_often_for_the_computer_may_sleep(self, told):
        watch, clock = self.watch(told, timedelta(hours=1))
        assert watch() <= 5
        clock[0] += timedelta(hours=9)
        watch()
        assert told == [line for line in told if "its login no longer works" in line]
        assert len(told) == 1

    def test_of_a_short_grant_is_told_without_delay(self, told):
        watch, clock = self.watch(told, timedelta(seconds=12))
        assert watch() <= 5
        clock[0] += timedelta(seconds=11.9)
        assert watch() == pytest.approx(0.1)
        assert told == []


class TestARecipe:
    @pytest.mark.parametrize(
        "name", ["LD_PRELOAD", "PATH", "PYTHONSTARTUP", "DAYPASS_URL", "PAGER", "A B", "x=y"]
    )
    def test_that_could_run_code_here_is_refused(self, name):
        with pytest.raises(DaypassError, match="could run anything"):
            read_recipe({"environment": {name: "x"}})

    def test_fills_a_url_in_safely(self):
        recipe = Recipe(url="postgresql://<username>:<password>@db/x")
        filled = connect.url(recipe, {"username": "u", "password": "a/b@c:d"})
        assert filled == "postgresql://u:a%2Fb%40c%3Ad@db/x"

    def test_fills_in_no_more_than_once(self):
        assert connect.variables(Recipe({"A": "<a>"}), {"a": "<b>", "b": "x"}) == {"A": "<b>"}
