using System.Globalization;
using System.Text.Json;
using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>What kubectl prints of a kind as its definition says; the age, if it says nothing.</summary>
internal sealed class CustomTable : KindTable<CustomObject>
{
    private static readonly CustomResourceColumnDefinition AgeColumn = new()
    {
        Name = "Age",
        Type = "date",
        JsonPath = ".metadata.creationTimestamp",
        Description = "When the object was created.",
    };

    private readonly IReadOnlyList<Column> _columns;

    public CustomTable(ValueList<CustomResourceColumnDefinition> columns)
    {
        _columns = [.. (columns.IsEmpty ? [AgeColumn] : columns).Select(column => new Column(column, TryParse(column.JsonPath)))];
        Columns =
        [
            TableColumn.ObjectName,
            .. _columns.Select(column => new TableColumn(
                column.Definition.Name, column.Definition.Type, column.Definition.Format ?? "", column.Definition.Priority, DescriptionOf(column.Definition))),
        ];
    }

    public override IReadOnlyList<TableColumn> Columns { get; }

    protected override IReadOnlyList<object?> Cells(CustomObject item, DateTimeOffset now)
    {
        var json = JsonSerializer.SerializeToElement(item, ApiJson.TypeInfo<CustomObject>());
        return [Name(item), .. _columns.Select(column => Cell(column, json, now))];
    }

    private static string DescriptionOf(CustomResourceColumnDefinition column) =>
        column.Description ?? $"Custom resource definition column (in JSONPath format): {column.JsonPath}";

    /// <summary>Null for what is not there, or is of another type than the column.</summary>
    private static object? Cell(Column column, JsonElement item, DateTimeOffset now)
    {
        var found = column.Path?.Find(item).ToList() ?? [];
        if (found.Count == 0 || found[0].ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var first = found[0];
        return (column.Definition.Type, first.ValueKind) switch
        {
            ("string", _) => string.Join(' ', found.Select(Text)),
            ("integer", JsonValueKind.Number) => first.TryGetInt64(out var whole) ? whole : (long)first.GetDouble(),
            ("number", JsonValueKind.Number) => first.TryGetInt64(out var whole) ? (double)whole : first.GetDouble(),
            ("boolean", JsonValueKind.True or JsonValueKind.False) => first.GetBoolean(),
            ("date", JsonValueKind.String) => ApiTime.TryRead(first.GetString(), out var time) ? HumanDuration.Since(time, now) : "<invalid>",
            _ => null,
        };
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    /// <summary>A path that is not understood leads nowhere: its column stays empty, as in Kubernetes.</summary>
    private static JsonPath? TryParse(string path)
    {
        try
        {
            return JsonPath.Parse(path);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed record Column(CustomResourceColumnDefinition Definition, JsonPath? Path);
}
