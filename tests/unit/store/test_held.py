"""Values that were asked for last, under a bound."""

from concurrent.futures import ThreadPoolExecutor

from app.store.held import Held


def test_what_was_not_asked_for_longest_goes_first():
    held = Held(3, len)
    for key in "abc":
        held.put(key, "x")
    assert held.get("a") == "x"
    held.put("d", "x")
    assert [held.get(key) for key in "abcd"] == ["x", None, "x", "x"]
    assert held.size_bytes == 3


def test_the_newest_stays_whatever_its_size_and_replaces_what_had_its_key():
    held = Held(3, len)
    held.put("a", "xx")
    assert held.put("a", "y" * 9) == "y" * 9
    assert (held.get("a"), held.size_bytes) == ("y" * 9, 9)
    held.put("b", "z")
    assert (held.get("a"), held.get("b"), held.size_bytes) == (None, "z", 1)


def test_threads_leave_the_count_of_bytes_as_it_is():
    held = Held(50, len)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda place: held.put(place % 13, "x" * (place % 7)), range(2_000)))
    assert held.size_bytes == sum(len(held.get(key) or "") for key in range(13))
    assert held.size_bytes <= 50
