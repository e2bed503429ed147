import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from trainer_hooks.disk import create_file, is_network, open_again, open_new, replace_file

MOUNTS = """\
22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /data rw,relatime - nfs4 server:/data rw
31 30 0:41 / /data/scratch rw - xfs /dev/sdb rw
32 22 0:42 / /mnt/my\\040disk rw - fuse.sshfs host:/ rw
33 22 0:43 / /win rw - cifs //server/share rw
34 22 0:44 / /over rw - ext4 /dev/sdc rw
35 22 0:45 / /over rw - lustre a@tcp:/b rw
a line that means nothing
"""


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "run.json"
    replace_file(path, b"one")
    replace_file(path, b"two", durable=True)
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(OSError, match="taken"):
        replace_file(tmp_path / "taken", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_of_many_who_create_a_file_one_succeeds(tmp_path):
    path = tmp_path / "status.json"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: create_file(path, b"%d" % number), range(100)))
    assert made.count(True) == 1
    assert path.read_bytes() == b"%d" % made.index(True)
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_never_one_that_was_there(tmp_path):
    os.close(open_new(tmp_path / "segment"))
    with pytest.raises(FileExistsError):
        open_new(tmp_path / "segment")


def test_half_a_line_of_a_dead_process_becomes_a_line_of_its_own(tmp_path):
    path = tmp_path / "media.jsonl"
    path.write_bytes(b'{"a":1}\n{"b')
    descriptor = open_again(path)
    os.write(descriptor, b'{"c":3}\n')
    os.close(descriptor)
    os.close(open_again(path))
    assert path.read_bytes() == b'{"a":1}\n{"b\n{"c":3}\n'


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/home/me/runs", False),
        ("/data/runs/a", True),
        ("/database", False),
        ("/data/scratch/runs", False),
        ("/mnt/my disk/runs", True),
        ("/win", True),
        ("/over/runs", True),
    ],
)
def test_network_disks_are_known_by_the_type_of_the_deepest_mount(tmp_path, path, network):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert is_network(path, mounts) == network


def test_without_a_list_of_mounts_a_disk_counts_as_local(tmp_path):
    assert not is_network(tmp_path, tmp_path / "missing")
