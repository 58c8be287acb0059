"""Which containers and codecs are opened, what their lengths are worth, and why a file was not opened."""

from __future__ import annotations

from pathlib import Path

from analyzer.audio import sniff

# Containers of recordings only: playlists and scripts (hls, concat, sdp, dash, imf) would open other files or hosts.
FORMATS = "wav,w64,aiff,au,caf,mp3,flac,ogg,mov,matroska,aac,amr,asf,avi,mpegts"
CODECS = (
    "aac,aac_fixed,aac_latm,mp3float,mp3,mp2float,mp2,opus,vorbis,flac,alac,speex,amrnb,amrwb,libopencore_amrnb,"
    "libopencore_amrwb,wmav1,wmav2,wmapro,wmalossless,wmavoice,ac3,eac3,gsm,gsm_ms,g722,g723_1,g726,g726le,g729,"
    "adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_g722,truespeech,"
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_u16le,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
    "pcm_f64le,pcm_f64be,pcm_mulaw,pcm_alaw"
)
GUESSED_LENGTH = {"aac", "amr", "mpegts"}  # containers without a length: FFmpeg divides the size by the bit rate
BYTES_ARE_THE_LENGTH = {"wav", "aiff", "au", "caf", "w64"}  # `containers` compares bytes; byte rates are often wrong


def why_not_opened(path: Path) -> str:
    """The code of `messages.ERRORS` for a file that FFmpeg refused."""
    start = sniff.head(path)
    if sniff.is_encrypted(path):
        return "encrypted"
    if sniff.is_silk(start):
        return "silk"
    if sniff.is_text(start):
        return "text"
    if sniff.is_unfinished(path):
        return "unfinished"
    return "not-audio"
