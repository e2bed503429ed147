import pytest

from app.store.mounts import sends_events

MOUNTS = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
40 22 0:45 / /data rw shared:7 - nfs4 server:/export rw,vers=4.2
41 40 0:46 / /data/scratch rw - xfs /dev/sdb rw
42 22 0:47 / /with\040blank rw - cifs //server/share rw
43 22 0:48 / /home/me/remote rw - fuse.sshfs me@host: rw
44 22 0:49 / /usb rw - fuseblk /dev/sdc1 rw
45 22 0:50 / /over rw - ext4 /dev/sdd rw
46 22 0:51 / /over rw - 9p share rw
""".strip()


@pytest.fixture
def mounts(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/logs/run", True),
        ("/data/run", False),
        ("/data", False),
        ("/database", True),
        ("/data/scratch/run", True),
        ("/with blank/run", False),
        ("/home/me/remote/run", False),
        ("/usb/run", True),
        ("/over/run", False),
    ],
)
def test_the_deepest_mount_says_whether_events_come(mounts, tmp_path, path, expected):
    from pathlib import Path

    assert sends_events(Path(path), mounts) is expected


def test_without_a_list_of_mounts_events_are_expected(tmp_path):
    assert sends_events(tmp_path, tmp_path / "no such list")
