using Coppice.ApiServer.Decoding;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Requests;

/// <summary>How a write is to be done.</summary>
public sealed record WriteOptions
{
    public static readonly WriteOptions Default = new();

    /// <summary>Everything happens but the write.</summary>
    public bool DryRun { get; init; }

    /// <summary>In whose name the fields are set; null if the client does not say.</summary>
    public string? FieldManager { get; init; }

    /// <summary>What the client's program is called, for when it does not say more.</summary>
    public string Program { get; init; } = "";

    /// <summary>A configuration that is applied takes fields that others own.</summary>
    public bool Force { get; init; }

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>How to delete; null for everything else.</summary>
    public DeleteOptions? Deletion { get; init; }
}
