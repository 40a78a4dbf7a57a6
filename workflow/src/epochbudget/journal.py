"""The record of a study on disk: an Optuna journal that survives kills and shows damage.

A study holds its folder's lock, so nobody else writes; each trial carries a digest of what it says,
so that a changed digit is not taken for a result. Whatever the journal lacks the store still has.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from epochbudget.errors import UserError
from epochbudget.files import canonical_json, make_folder, text_digest

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

log = logging.getLogger(__name__)

DIGEST = "digest"
"""The user attribute of a trial that holds its digest."""


class Journal:
    """The trials of one study; another study in the same file stays where it is.

    Args:
        path: The file.
        key: The study's key, its name in the file.

    Raises:
        UserError: If the file or a trial of this study is damaged.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        make_folder(path.parent)
        _drop_torn_line(path)
        try:
            self._study = _open(path, key)
            self.trials = self._study.get_trials(deepcopy=False)
        except OSError:
            raise
        except Exception as error:  # Optuna raises many kinds for what it cannot read
            raise self._damaged(f"it cannot be read ({type(error).__name__}: {error})") from error
        for trial in self.trials:
            if trial.user_attrs.get(DIGEST) != _digest(trial):
                raise self._damaged(f"trial {trial.number} is not what was written there")

    def add(self, trial: "FrozenTrial") -> None:
        """Append a trial that has ended."""
        trial.set_user_attr(DIGEST, _digest(trial))
        self._study.add_trial(trial)

    def _damaged(self, problem: str) -> UserError:
        return UserError(
            f"{self.path} is damaged: {problem}",
            f"delete it; its trials are in the store, so none is trained again: rm {self.path}",
        )


def ended_trials(path: Path, key: str) -> int:
    """How many trials of a study the journal has, 0 if nobody can tell; writes nothing."""
    from optuna.storages import JournalStorage

    if not path.is_file():
        return 0
    try:
        storage = JournalStorage(JournalFileBackend(str(path), _HeldAlready()))
        return storage.get_n_trials(storage.get_study_id_from_name(key))
    except Exception:  # another study's, or damaged: the study itself will say so
        return 0


class _HeldAlready(JournalFileOpenLock):
    """In place of Optuna's own lock, which would outlive a killed process; ours does not."""

    def __init__(self) -> None:
        pass

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


def _open(path: Path, key: str) -> "optuna.Study":
    import optuna
    from optuna.storages import JournalStorage

    return optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(path), _HeldAlready())),
        study_name=key,
        direction="minimize",
        load_if_exists=True,
    )


def _drop_torn_line(path: Path) -> None:
    """Take away a last line without its end: its writer died, and its trial comes again."""
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        log.warning("%s: its last line was torn by a killed job and is dropped", path)
        with path.open("rb+") as stream:
            stream.truncate(whole)


def _digest(trial: "FrozenTrial") -> str:
    """Of what a trial gave; its parameters are compared with the sampler's anyway."""
    said = [trial.number, trial.state.name, trial.value, trial.user_attrs["reason"]]
    return text_digest(canonical_json(said))
