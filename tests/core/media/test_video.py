"""Videos keep their times, their sound and their orientation; stopped half-way, what is there plays."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from core.errors import InputError
from core.media.convert import process_video
from core.media.probe import kind
from core.media.video import VideoReader, upright
from core.media.video_writer import VideoWriter
from tests.core.media.conftest import moving_frame, wipe_packet


def same(pixels, _time_s):
    return pixels


def read(path):
    with VideoReader(path) as reader:
        return list(reader.frames())


def audio_packets(path):
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(container.streams.audio[0]) if p.size]


def test_frames_and_sound_come_through(make_video, tmp_path):
    source = make_video(audio=True)
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert summary.frames == 20 and not summary.cancelled
    before, after = read(source), read(tmp_path / "out.mp4")
    assert len(before) == len(after) == 20
    for a, b in zip(before, after, strict=True):
        assert np.abs(a.pixels.astype(int) - b.pixels).mean() < 4
    assert audio_packets(source) == audio_packets(tmp_path / "out.mp4"), "sound is carried over untouched"
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")


def test_variable_frame_rate_is_kept(make_video, tmp_path):
    times = [0, 4, 8, 30, 31, 60, 100, 140]
    process_video(make_video(frames=8, times=times), tmp_path / "out.mp4", same)
    assert [round(f.time_s * 100) for f in read(tmp_path / "out.mp4")] == times


@pytest.mark.parametrize("rotation,turns", [(90, 1), (180, 2), (-90, 3)])
def test_rotation_is_applied(make_video, rotation, turns):
    source = make_video(frames=3, rotation=rotation)
    with av.open(str(source)) as container:
        raw = next(container.decode(video=0)).to_ndarray(format="rgb24")
    upright = read(source)[0].pixels
    assert upright.shape == np.rot90(raw, turns).shape
    assert np.abs(upright.astype(int) - np.rot90(raw, turns)).mean() < 4


def test_odd_sizes_lose_one_row_and_column(make_video, tmp_path):
    process_video(make_video(size=(97, 65)), tmp_path / "out.mp4", same)
    assert read(tmp_path / "out.mp4")[0].pixels.shape == (64, 96, 3)


def test_cancelled_half_way_plays(make_video, tmp_path):
    target = tmp_path / "out.mp4"
    summary = process_video(make_video(frames=60, audio=True), target, same, progress=lambda p: p.done < 25)
    assert summary.cancelled and summary.frames == 25
    assert len(read(target)) == 25
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]


def test_an_error_leaves_nothing_behind(make_video, tmp_path):
    def fails(pixels, time_s):
        if time_s > 0.3:
            raise InputError("enough")
        return pixels

    with pytest.raises(InputError, match="enough"):
        process_video(make_video(), tmp_path / "out.mp4", fails)
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_progress_counts_and_estimates(make_video, tmp_path):
    seen = []
    process_video(make_video(), tmp_path / "out.mp4", same, progress=seen.append)
    assert [p.done for p in seen] == list(range(1, 21))
    assert all(p.total == 20 for p in seen) and seen[-1].left_s == 0


def test_a_grey_result_becomes_a_grey_video(make_video, tmp_path):
    process_video(make_video(frames=4), tmp_path / "out.mp4", lambda p, t: p[..., 0])
    frame = read(tmp_path / "out.mp4")[0].pixels.astype(int)
    assert np.abs(frame - frame[..., :1]).max() <= 4


def test_memory_does_not_grow_with_length(make_video, tmp_path):
    """No more frames are alive at once than the bounded queues hold, however long the video is."""
    alive, most = 0, 0

    class Counted(np.ndarray):
        def __array_finalize__(self, _obj):
            nonlocal alive, most
            alive += 1
            most = max(most, alive)

        def __del__(self):
            nonlocal alive
            alive -= 1

    process_video(make_video(frames=200), tmp_path / "out.mp4", lambda p, t: p.copy().view(Counted))
    assert most < 60


def test_a_truncated_video_ends_where_it_ends(make_video, tmp_path):
    source = make_video("clip.mkv", frames=100)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert 0 < summary.frames < 100
    assert len(read(tmp_path / "out.mp4")) == summary.frames


def test_a_damaged_piece_is_left_out_and_told(make_video, tmp_path):
    source = wipe_packet(make_video("clip.mp4", frames=100), 30)
    summary = process_video(source, tmp_path / "out.mp4", same)
    assert summary.frames > 90 and summary.note == "clip.mp4: 1 damaged pieces of its picture are left out"
    assert len(read(tmp_path / "out.mp4")) == summary.frames


def test_a_broadcasts_clock_begins_anywhere(tmp_path):
    with av.open(str(tmp_path / "a.ts"), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        for i in range(20):
            frame = av.VideoFrame.from_ndarray(moving_frame(i))
            frame.pts, frame.time_base = 40_000 * 25 + i, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    assert process_video(tmp_path / "a.ts", tmp_path / "out.mp4", same).frames == 20


@pytest.mark.parametrize("rotation,aspect", [(0, Fraction(4, 3)), (90, Fraction(3, 4))])
def test_pixels_that_are_no_squares_stay_so(make_video, tmp_path, rotation, aspect):
    source = make_video(rotation=rotation, pixel_aspect=Fraction(4, 3))
    process_video(source, tmp_path / "out.mp4", same)
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert made.streams.video[0].sample_aspect_ratio == aspect


def test_mp3_is_carried_over(make_video, tmp_path):
    source = make_video(audio="mp3")
    process_video(source, tmp_path / "out.mp4", same)
    sounds = []
    for path in (source, tmp_path / "out.mp4"):
        with av.open(str(path)) as container:
            sounds.append([bytes(p) for p in container.demux(audio=0) if p.size])
    assert sounds[0] == sounds[1] != []


def test_the_matrix_of_bt2020_is_known():
    """A red of BT.2020: by another matrix it is another red."""
    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), (200, 40, 30), np.uint8)).reformat(
        format="yuv420p", dst_colorspace=9, dst_color_range="MPEG"
    )
    frame.colorspace, frame.color_range = 9, 1
    assert np.abs(upright(frame).astype(int) - (200, 40, 30)).max() <= 3


def test_a_name_with_a_colon_is_a_file(make_video, tmp_path, monkeypatch):
    make_video().rename(tmp_path / "12:30.mp4")
    monkeypatch.chdir(tmp_path)
    assert process_video("12:30.mp4", "12:31.mp4", same).frames == 20
    assert process_video("12:30.mp4", "12:32/out.mp4", same).frames == 20
    assert [p.name for p in (tmp_path / "12:32").iterdir()] == ["out.mp4"]


def test_ctrl_c_while_the_index_is_written_leaves_a_video(make_video, tmp_path, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(VideoWriter, "_index_first", interrupted)
    with pytest.raises(KeyboardInterrupt):
        process_video(make_video(), tmp_path / "out.mp4", same)
    assert len(read(tmp_path / "out.mp4")) == 20
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]


@pytest.mark.parametrize("content", [b"", b"\0" * 4000, b"some text\n" * 50])
def test_not_a_video(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError):
        process_video(path, tmp_path / "out.mp4", same)
    assert not (tmp_path / "out.mp4").exists()


def test_sound_alone_is_not_a_video(tmp_path):
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(InputError, match="no video stream"):
        VideoReader(path)
    with pytest.raises(InputError, match="neither a photo nor a video"):
        kind(path)


def test_a_video_without_frames(make_video):
    with pytest.raises(InputError):
        VideoReader(make_video(frames=0))


def test_the_source_is_never_overwritten(make_video):
    source = make_video()
    before = source.read_bytes()
    with pytest.raises(InputError, match="the source itself"):
        process_video(source, source, same)
    assert source.read_bytes() == before


@pytest.mark.parametrize("name", ["out.webm", "out.txt", "out"])
def test_an_ending_that_cannot_hold_h264(make_video, tmp_path, name):
    with pytest.raises(InputError, match="a name ending in"):
        process_video(make_video(), tmp_path / name, same)
    assert not (tmp_path / name).exists()


def test_told_by_content_not_by_name(make_video, tmp_path):
    video = make_video().rename(tmp_path / "really_a_video.jpg")
    assert kind(video) == "video"
    assert kind(tmp_path) == "folder"
    text = tmp_path / "notes.mp4x"
    text.write_text("hello there " * 100)
    with pytest.raises(InputError, match="neither"):
        kind(text)


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile {other}\n"
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"


@pytest.mark.parametrize("name, words", [("a.m3u8", HLS), ("a.ffconcat", CONCAT), ("a.sdp", SDP)])
def test_a_list_of_other_files_is_no_video(make_video, tmp_path, name, words):
    """Whoever uploads one would read files of this machine, or let it fetch what it may reach."""
    make_video("other.ts")
    path = tmp_path / name
    path.write_text(words.format(other="other.ts"))
    if words != SDP:
        with av.open(str(path)) as container:
            assert container.streams.video, "FFmpeg by itself would follow it"
    with pytest.raises(InputError, match="video"):
        VideoReader(path)
