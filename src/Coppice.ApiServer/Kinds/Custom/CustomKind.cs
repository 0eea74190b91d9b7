using System.Text.Json;
using Coppice.ApiServer.Tables;
using Coppice.Objects;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>Kinds that were made at run time, from data alone.</summary>
public static class CustomKind
{
    public static ServedKind Served(Kind kind, bool hasStatus) => new(kind, new CustomStrategy(hasStatus), new CustomTable())
    {
        Subresources = hasStatus ? [Subresource.Status(kind)] : [],
    };
}

/// <summary>The rules of metadata that every kind has, and a status that has its own door if there is one.</summary>
internal sealed class CustomStrategy(bool hasStatus) : KindStrategy<CustomObject>
{
    private const string Status = "status";

    public override CustomObject PrepareForCreate(CustomObject item) => item with
    {
        Metadata = FirstGeneration(item),
        Fields = hasStatus ? item.Fields.Without(Status) : item.Fields,
    };

    public override CustomObject PrepareForUpdate(CustomObject item, CustomObject old)
    {
        var kept = hasStatus ? item with { Fields = WithStatus(item.Fields, old.Fields) } : item;
        return kept with { Metadata = NextGeneration(item, old, (kept with { Metadata = old.Metadata }) != old) };
    }

    public override CustomObject PrepareForStatusUpdate(CustomObject item, CustomObject old) =>
        old with { Metadata = StatusMetadata(item, old), Fields = WithStatus(old.Fields, item.Fields) };

    private static ValueMap<JsonElement> WithStatus(ValueMap<JsonElement> fields, ValueMap<JsonElement> other) =>
        other.TryGetValue(Status, out var status) ? fields.With(Status, status) : fields.Without(Status);
}

/// <summary>What kubectl prints of a kind that does not say what.</summary>
internal sealed class CustomTable : KindTable<CustomObject>
{
    public override IReadOnlyList<TableColumn> Columns { get; } = [TableColumn.ObjectName, TableColumn.Age];

    protected override IReadOnlyList<object> Cells(CustomObject item, DateTimeOffset now) => [Name(item), Age(item, now)];
}
