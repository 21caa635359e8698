"""One input object of a transform job: its requests to the model server, and its output object."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.sagemaker.errors import JobFailed
from emulator.sagemaker.jobs.job import Job
from emulator.sagemaker.jobs.records import TooLarge, assemble, filtered, joined, payloads
from emulator.sagemaker.serving.model_server import ModelServer, ServerGone
from emulator.sagemaker.transfers import Item, Transfers

RETRIES, TIMEOUT_S = 3, 600  # AWS's defaults of ModelClientConfig
SEE = "See job logs for more information"


class BadRecord(Exception):
    """A request that the model server refused or failed; the text is the job's FailureReason."""


class Requests:
    """Sends objects through a model server as a job asks."""

    def __init__(self, job: Job, s3: Transfers, server: ModelServer) -> None:
        self._job, self._s3, self._server = job, s3, server
        params = job.body
        self._input, self._output = params["TransformInput"], params["TransformOutput"]
        self._accept = self._output.get("Accept", "")
        self._type = self._input.get("ContentType", "")
        self._processing = params.get("DataProcessing", {})
        client = params.get("ModelClientConfig", {})
        self._timeout_s = client.get("InvocationsTimeoutInSeconds", TIMEOUT_S)
        self._attempts = 1 + client.get("InvocationsMaxRetries", RETRIES)

    def transform(self, item: Item) -> str:
        """Write an object's output. Returns the failure's reason, or nothing."""
        if self._job.stopping:
            return ""
        try:
            answers = list(self._answers(item))
        except TooLarge as error:
            return self._failed(item, str(error), f"ClientError: {SEE}")
        except ValueError as error:
            return self._failed(item, str(error), f"ClientError: {SEE}")
        except BadRecord as error:
            return str(error)
        except JobFailed as error:
            return self._failed(item, str(error), str(error))
        target = f"{self._output['S3OutputPath'].rstrip('/')}/{item.path}.out"
        try:
            body = assemble(answers, self._output.get("AssembleWith", "None"))
            self._s3.put(target, body, self._output.get("KmsKeyId", ""))
        except JobFailed as error:
            return self._failed(item, str(error), str(error))
        return ""

    def _answers(self, item: Item) -> Iterator[bytes]:
        params = self._job.body
        bodies = payloads(
            self._s3.get(item.uri),
            split=self._input.get("SplitType", "None"),
            strategy=params.get("BatchStrategy", "MultiRecord"),
            limit_mb=params.get("MaxPayloadInMB", 6),
        )
        for body in bodies:
            answer = self._invoke(item, filtered(body, self._type, self._processing.get("InputFilter", "")))
            path = self._processing.get("OutputFilter", "")
            if self._processing.get("JoinSource", "None") == "Input":
                answer = joined(body, answer, self._type, self._accept or self._type, path)
            elif path:
                answer = filtered(answer, self._accept, path)
            yield answer

    def _invoke(self, item: Item, body: bytes) -> bytes:
        """One request, again while the server fails. Raises BadRecord."""
        headers = {"Content-Type": self._type} if self._type else {}
        if self._accept:
            headers["Accept"] = self._accept
        status, answer = 0, b""
        for _ in range(self._attempts):
            try:
                status, answer = self._server.request("POST", "/invocations", body, headers, self._timeout_s)
            except ServerGone as error:
                status, answer = 0, f"no answer from the model server: {error}".encode()
            if (status and status < 500) or self._job.stopping or self._server.ended.is_set():
                break
        if status != 200:
            text = answer.decode(errors="replace").strip()
            kind = "ClientError" if 400 <= status < 500 else "AlgorithmError"
            last = text.splitlines()[-1] if text else ""
            message = f"Bad HTTP status received from algorithm: {status}\n{text}"
            raise BadRecord(self._failed(item, message, f"{kind}: {SEE} ({item.uri}: {status} {last})"))
        return answer

    def _failed(self, item: Item, message: str, reason: str) -> str:
        self._job.log([f"{item.bucket}/{item.key}: {line}" for line in message.splitlines()])
        return reason
