using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Streaming.RemoteCommands;

/// <summary>
/// How a command's end travels on its error stream: from protocol v4 on a v1 Status in JSON, always; before, a line of text, and
/// nothing at all when it went well. Both ends' code is here.
/// </summary>
internal static class CommandStatus
{
    private const string InternalErrorPrefix = "Internal error occurred: ";
    private const string NonZeroExitCode = "NonZeroExitCode";
    private const string ExitCode = "ExitCode";

    /// <param name="verb">What was being done, for the message: "executing command in container", "attaching to container".</param>
    public static byte[] Encode(CommandOutcome outcome, string verb)
    {
        var status = outcome switch
        {
            CommandOutcome.Exited { Code: 0 } => new Status("Success"),
            CommandOutcome.Exited { Code: var code } => new Status(
                "Failure", $"command terminated with non-zero exit code: exit status {code}", NonZeroExitCode,
                new Details([new Cause(code.ToString(), ExitCode)])),
            // A runtime that speaks this protocol has put it into these words already.
            CommandOutcome.Failed { Message: var message } when message.StartsWith(InternalErrorPrefix, StringComparison.Ordinal) =>
                InternalError(message[InternalErrorPrefix.Length..]),
            CommandOutcome.Failed { Message: var message } => InternalError($"error {verb}: {message}"),
            _ => throw new ArgumentException($"an unknown outcome, {outcome.GetType().Name}", nameof(outcome)),
        };
        return JsonSerializer.SerializeToUtf8Bytes(status, CommandStatusJson.Default.Status);
    }

    /// <summary>The line that protocols before v4 carry; empty when all went well.</summary>
    public static byte[] EncodeAsText(CommandOutcome outcome, string verb) =>
        outcome is CommandOutcome.Exited { Code: 0 }
            ? []
            : System.Text.Encoding.UTF8.GetBytes(JsonSerializer.Deserialize(Encode(outcome, verb), CommandStatusJson.Default.Status)!.Message!);

    public static CommandOutcome Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return new CommandOutcome.Failed("the connection ended without saying how the command did");
        }

        try
        {
            var status = JsonSerializer.Deserialize(bytes, CommandStatusJson.Default.Status)!;
            if (status.Result == "Success")
            {
                return new CommandOutcome.Exited(0);
            }

            if (status.Reason == NonZeroExitCode
                && status.Details?.Causes?.FirstOrDefault(cause => cause.Type == ExitCode) is { } cause
                && int.TryParse(cause.Message, out var code))
            {
                return new CommandOutcome.Exited(code);
            }

            return new CommandOutcome.Failed(status.Message ?? status.Reason ?? "the command failed without a message");
        }
        catch (JsonException)
        {
            return new CommandOutcome.Failed(System.Text.Encoding.UTF8.GetString(bytes));
        }
    }

    private static Status InternalError(string message) => new(
        "Failure", InternalErrorPrefix + message, "InternalError", new Details([new Cause(message, null)]), 500);

    internal sealed record Status(
        [property: JsonPropertyName("status")] string Result, string? Message = null, string? Reason = null, Details? Details = null, int? Code = null)
    {
        public Dictionary<string, string> Metadata { get; init; } = [];
    }

    internal sealed record Details(IReadOnlyList<Cause>? Causes);

    /// <param name="Type">"reason" on the wire.</param>
    internal sealed record Cause(string? Message, [property: JsonPropertyName("reason")] string? Type);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CommandStatus.Status))]
internal sealed partial class CommandStatusJson : JsonSerializerContext;
