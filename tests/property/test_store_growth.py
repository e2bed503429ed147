import shutil

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.run_files import RunFiles

ROW_BYTES = 24
MEMORY_BYTES = 12 * ROW_BYTES

RUNS = st.integers(0, 3)
ACTIONS = st.one_of(
    st.tuples(st.just("log"), RUNS),
    st.tuples(st.just("log"), RUNS),
    st.tuples(st.just("close"), RUNS),
    st.tuples(st.just("delete"), RUNS),
    st.tuples(st.just("view"), RUNS),
    st.tuples(st.just("look"), RUNS),
)


class Logs:
    """Run folders, and what a store that looks now has to show of them."""

    def __init__(self, folder):
        self.folder = folder
        self.logged: dict[str, list[float]] = {}
        self._files: dict[str, RunFiles] = {}
        self._generation = 0

    def change(self, action, name):
        if action == "log":
            if name not in self._files:
                self._generation += 1  # a process that starts anew has a name of its own
                self._files[name] = RunFiles(self.folder / name, f"host-{self._generation}-0")
            values = self.logged.setdefault(name, [])
            values.append(float(len(values) + 100 * self._generation))
            self._files[name].log({"loss": values[-1]}, len(values))
        elif action == "close" and name in self._files:
            self._files[name].close()
        elif action == "delete" and name in self._files:
            shutil.rmtree(self.folder / name)
            del self._files[name], self.logged[name]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=st.lists(ACTIONS, max_size=40))
def test_whatever_happens_to_the_files_a_look_shows_them_as_they_are_within_the_memory(tmp_path_factory, actions):
    folder = tmp_path_factory.mktemp("store")
    (folder / "logs").mkdir()
    roots = (LogRoot("", folder / "logs"),)
    store = Store(Settings(roots=roots, cache_dir=folder / "cache", memory_bytes=MEMORY_BYTES), all_readers())
    logs = Logs(folder / "logs")
    revisions = [store.revision]
    for action, number in [*actions, ("look", 0)]:
        name = f"run-{number}"
        if action == "view" and name in {run.id for run in store.runs()}:
            store.series(name, "loss")
        elif action == "look":
            store.refresh()
            revisions.append(store.revision)
            assert {run.id: run.facts["loss"].points for run in store.runs()} == {
                run: len(values) for run, values in logs.logged.items()
            }
            for run, values in logs.logged.items():
                assert store.series(run, "loss").value.tolist() == values
        else:
            logs.change(action, name)
        assert store.resident_bytes <= MEMORY_BYTES
    assert revisions == sorted(revisions)
    store.close()
