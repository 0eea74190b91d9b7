namespace Coppice.ApiServer.Decoding;

/// <summary>What a schema has to say of a JSON text.</summary>
/// <param name="StrictErrors">Unknown and duplicate fields, in the order of the text, each once.</param>
/// <param name="FatalError">The first value that does not fit its field, in the words of Go's JSON decoder; null if all do.</param>
public sealed record DecodeReport(IReadOnlyList<string> StrictErrors, string? FatalError)
{
    /// <summary>The text is not JSON at all; the message is worded as Go's.</summary>
    public string? SyntaxError { get; init; }

    /// <summary>The root is no object, or its apiVersion or kind no text; the message is worded as Go's.</summary>
    public string? KindError { get; init; }

    /// <summary>There are nulls, which Kubernetes reads as absent values.</summary>
    public bool HasNulls { get; init; }

    /// <summary>Fields of a custom object are there twice: the last one counts, as for Go.</summary>
    public bool HasDuplicates { get; init; }

    /// <summary>The root's apiVersion, if it is text.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The root's kind, if it is text.</summary>
    public string? Kind { get; init; }
}
