"""Where a session's secret is kept: in a keyring that keeps secrets, else in a file that its owner alone can read."""

import stat

import pytest

from daypass.errors import DaypassError
from daypass.sessions import Sessions
from tests.client.conftest import TOKEN, session_at

URL = "https://daypass.example"


class Keyring:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Locked(Keyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("the keyring is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("the keyring is locked")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "daypass"


class TestTheKeyring:
    def test_has_the_secret_and_no_file_has_it(self, folder):
        sessions = Sessions(folder, Keyring())
        sessions.remember(URL)
        assert sessions.keep(session_at(URL)) == "the system's keyring"
        assert sessions.find(URL).token == TOKEN
        assert not [file for file in folder.iterdir() if TOKEN in file.read_text()]
        sessions.forget(URL)
        assert sessions.find(URL) is None

    def test_that_is_locked_gives_way_to_the_file(self, folder):
        sessions = Sessions(folder, Locked())
        assert sessions.keep(session_at(URL)) == str(folder / "sessions.json")
        assert sessions.find(URL).token == TOKEN


class TestTheFile:
    def test_can_be_read_by_its_owner_alone(self, folder):
        Sessions(folder).keep(session_at(URL))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()] == [0o600]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
    def test_that_others_could_read_or_write_is_refused(self, folder, mode):
        sessions = Sessions(folder)
        sessions.keep(session_at(URL))
        (folder / "sessions.json").chmod(mode)
        with pytest.raises(DaypassError, match="Others could read"):
            sessions.find(URL)

    def test_in_a_folder_that_others_can_write_in_is_not_written(self, folder):
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        with pytest.raises(DaypassError, match="chmod 700"):
            Sessions(folder).keep(session_at(URL))

    def test_behind_a_link_is_not_read(self, folder, tmp_path):
        Sessions(tmp_path / "theirs").keep(session_at(URL))
        folder.mkdir(mode=0o700)
        (folder / "sessions.json").symlink_to(tmp_path / "theirs" / "sessions.json")
        with pytest.raises(DaypassError, match="can't be read"):
            Sessions(folder).find(URL)

    def test_keeps_one_session_for_each_address(self, folder):
        sessions = Sessions(folder)
        sessions.keep(session_at(URL))
        sessions.keep(session_at("https://other.example"))
        sessions.forget(URL)
        assert sessions.find(URL) is None
        assert sessions.find("https://other.example").token == TOKEN
