import numpy as np

from app.readers.contract import Columns
from app.store.resident import ResidentSeries, SeriesKey

ROW_BYTES = 24


def key(tag, run="run"):
    return SeriesKey(run, tag, "latest")


def rows(count):
    return Columns(np.arange(count), np.zeros(count), np.zeros(count))


def held(resident, tags):
    return [tag for tag in tags if resident.view(key(tag)) is not None]


def test_the_least_recently_viewed_series_goes_first():
    resident = ResidentSeries(max_bytes=30 * ROW_BYTES)
    for tag in "abc":
        resident.put(key(tag), rows(10), viewed=True)
    resident.view(key("a"))
    resident.put(key("d"), rows(10), viewed=True)
    assert held(resident, "abcd") == ["a", "c", "d"]
    assert resident.size_bytes == 30 * ROW_BYTES


def test_a_series_that_nobody_asked_for_goes_before_those_that_were_viewed():
    resident = ResidentSeries(max_bytes=20 * ROW_BYTES)
    resident.put(key("viewed"), rows(10), viewed=True)
    resident.put(key("extra"), rows(10), viewed=False)
    resident.put(key("another"), rows(10), viewed=True)
    assert held(resident, ["viewed", "extra", "another"]) == ["viewed", "another"]


def test_growth_counts_against_the_bound():
    resident = ResidentSeries(max_bytes=100 * ROW_BYTES)
    for tag in "ab":
        resident.put(key(tag), rows(10), viewed=True)
    resident.append(key("b"), rows(50))
    assert held(resident, "ab") == ["a", "b"]
    resident.append(key("b"), rows(50))
    assert resident.size_bytes <= 100 * ROW_BYTES
    assert "a" not in held(resident, "a")


def test_a_dropped_series_lives_on_in_its_snapshots():
    resident = ResidentSeries(max_bytes=10 * ROW_BYTES)
    resident.put(key("a"), rows(10), viewed=True)
    snapshot = resident.view(key("a"))
    resident.put(key("b"), rows(10), viewed=True)
    assert held(resident, "ab") == ["b"]
    assert snapshot.step.tolist() == list(range(10))


def test_appending_to_a_series_that_is_not_held_does_nothing():
    resident = ResidentSeries(max_bytes=1 << 20)
    resident.append(key("a"), rows(10))
    assert resident.view(key("a")) is None
    assert resident.size_bytes == 0


def test_all_series_of_a_run_go_at_once_and_give_back_their_memory():
    resident = ResidentSeries(max_bytes=1 << 20)
    resident.put(key("a", "one"), rows(10), viewed=True)
    resident.put(key("b", "one"), rows(10), viewed=True)
    resident.put(key("a", "two"), rows(10), viewed=True)
    resident.drop_run("one")
    assert resident.size_bytes == 10 * ROW_BYTES
