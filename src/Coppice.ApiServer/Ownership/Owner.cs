using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Ownership;

/// <summary>Who sets fields, and how: the same program that applies and updates is two owners.</summary>
/// <param name="Operation">One of <see cref="ManagedFieldsOperationType"/>.</param>
/// <param name="ApiVersion">The version of the kind that the fields are named in; of one that applies, the last.</param>
/// <param name="Subresource">The door; empty for the object itself.</param>
internal sealed record Manager(string Name, string Operation, string ApiVersion, string Subresource)
{
    public bool Applies => Operation == ManagedFieldsOperationType.Apply;

    /// <summary>The same owner: of one that applies, whatever the version.</summary>
    public bool Is(Manager other) =>
        Name == other.Name && Operation == other.Operation && Subresource == other.Subresource && (Applies || ApiVersion == other.ApiVersion);

    /// <summary>As messages about conflicts name it.</summary>
    public override string ToString()
    {
        var name = QuotedText.Of(Name) + (Subresource.Length == 0 ? "" : $" with subresource {QuotedText.Of(Subresource)}");
        return Applies ? name : $"{name} using {ApiVersion}";
    }
}

/// <summary>The fields that one manager owns.</summary>
/// <param name="Time">When that changed last; null if nobody said.</param>
internal sealed record Owner(Manager Manager, FieldSet Fields, DateTimeOffset? Time);
