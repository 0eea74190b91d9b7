namespace Coppice.ApiServer.Tables;

/// <summary>One column that kubectl prints.</summary>
/// <param name="Type">"string", "integer", "boolean" or "date".</param>
/// <param name="Format">"name" for the column that names the object, else empty.</param>
/// <param name="Priority">0 is always shown, 1 only by <c>-o wide</c>.</param>
public sealed record TableColumn(string Name, string Type, string Format, int Priority, string Description)
{
    /// <summary>The column that almost every table begins with.</summary>
    public static readonly TableColumn ObjectName = new("Name", "string", "name", 0, "The object's name, unique among its kind in a namespace.");

    public static readonly TableColumn Age = Text("Age", "How long ago the object was created.");

    public static TableColumn Text(string name, string description) => new(name, "string", "", 0, description);

    public static TableColumn Count(string name, string description) => new(name, "integer", "", 0, description);

    public static TableColumn Flag(string name, string description) => new(name, "boolean", "", 0, description);

    public static TableColumn Wide(string name, string description) => new(name, "string", "", 1, description);
}

/// <summary>A row of a table before it is written.</summary>
/// <param name="Cells">One a column: strings, flags, and numbers as <see cref="long"/>.</param>
/// <param name="End">How the object ended, for what may be hidden then; null while it lives.</param>
public sealed record TableRow(IReadOnlyList<object?> Cells, RowEnd? End = null);

/// <summary>The condition "Completed" of a row.</summary>
public sealed record RowEnd(string Reason, string Message);
