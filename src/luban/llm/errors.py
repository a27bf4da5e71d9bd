"""What can go wrong between a block and a language model."""

from __future__ import annotations

from luban.model.errors import LubanError
from luban.sdk.errors import WordedError, WordedTemporaryError


class ModelUnknown(WordedError):
    """No model of that name is configured."""

    code = "model_unknown"
    en = (
        "There is no model `{model}`. Configured: {known}. Set OPENAI_API_KEY (and OPENAI_BASE_URL "
        "for another service), or add it: *Settings → Models*, `luban model add`, or luban.toml."
    )
    zh = (
        "没有名为“{model}”的模型。已配置：{known}。请设置 OPENAI_API_KEY"
        "（使用其他服务时再设置 OPENAI_BASE_URL），或添加该模型：“设置 → 模型”、"
        "`luban model add` 或 luban.toml。"
    )


class ModelCannot(WordedError):
    """The model, or the wire it is spoken to over, does not do this."""

    code = "model_cannot"
    en = "The model `{model}` does no {what}. Choose another one; `luban models` lists them."
    zh = "模型“{model}”不支持{what_zh}。请选择其他模型；`luban models` 会列出已有的模型。"


class ModelKeyMissing(WordedError):
    """The provider is known, but there is no key for it."""

    code = "model_key_missing"
    en = "The model `{model}` needs a key: set {variable}, or choose the demo model `demo/luban`."
    zh = "模型“{model}”需要密钥：请设置 {variable}，或改用演示模型“demo/luban”。"


class ModelKeyRefused(WordedError):
    """The provider does not accept the key."""

    code = "model_key_refused"
    status = 401
    en = "The provider of `{model}` refused the key ({status}): {answer}"
    zh = "模型“{model}”的服务商拒绝了密钥（{status}）：{answer}"


class ModelRefused(WordedError):
    """The provider says the request itself is wrong."""

    code = "model_refused"
    en = "The model `{model}` refused the request ({status}): {answer}"
    zh = "模型“{model}”拒绝了请求（{status}）：{answer}"


class ModelContextFull(WordedError):
    """The conversation is longer than the model takes."""

    code = "model_context_full"
    en = (
        "The conversation is too long for the model `{model}`: {answer} Send fewer or shorter "
        "messages, or choose a model with a larger context window."
    )
    zh = "对话超出模型“{model}”的长度上限：{answer} 请减少或缩短消息，或改用上下文更大的模型。"


class AnswerNotRecorded(WordedError):
    """Models answer from a file, and it has no answer to this."""

    code = "answer_not_recorded"
    en = (
        "The recording {file} has no answer of `{model}` to this question: {question} "
        "Record it again with LUBAN_MODELS_RECORD, or ask the model by leaving out "
        "LUBAN_MODELS_REPLAY."
    )
    zh = (
        "录制文件 {file} 中没有模型“{model}”对此问题的回答：{question} "
        "请用 LUBAN_MODELS_RECORD 重新录制，或去掉 LUBAN_MODELS_REPLAY 以直接询问模型。"
    )


class RecordingBroken(LubanError):
    """A file of recorded answers that cannot be read."""

    code = "recording_broken"
    status = 422
    en = "The recording {file} cannot be read: {reason}. Record it again."
    zh = "录制文件 {file} 无法读取：{reason}。请重新录制。"


class ModelBusy(WordedTemporaryError):
    """Too many requests, or nothing left to spend for now."""

    code = "model_busy"
    status = 429
    en = "The provider of `{model}` asks to wait{wait} (429): {answer}"
    zh = "模型“{model}”的服务商要求稍后再试{wait_zh}（429）：{answer}"


class ModelDown(WordedTemporaryError):
    """The provider is broken for now."""

    code = "model_down"
    en = "The provider of `{model}` failed ({status}): {answer}"
    zh = "模型“{model}”的服务商出错（{status}）：{answer}"


class ModelTimedOut(WordedTemporaryError):
    """No whole answer in time."""

    code = "model_timed_out"
    status = 504
    en = "The model `{model}` did not finish its answer within {seconds} s."
    zh = "模型“{model}”没有在 {seconds} 秒内给出完整回答。"


class ModelUnreachable(WordedTemporaryError):
    """No connection to the provider's address."""

    code = "model_unreachable"
    status = 502
    en = "The model `{model}` cannot be reached at {address}: {reason}"
    zh = "无法连接模型“{model}”（{address}）：{reason}"


class ModelAnswerBroken(WordedTemporaryError):
    """The answer ended early or cannot be read."""

    code = "model_answer_broken"
    status = 502
    en = "The answer of `{model}` broke off or cannot be read: {reason}"
    zh = "模型“{model}”的回答中断或无法读取：{reason}"
