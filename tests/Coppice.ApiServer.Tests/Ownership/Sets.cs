using System.Text.Json;
using Coppice.ApiServer.Ownership;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Sets and objects of tests, from text.</summary>
internal static class Sets
{
    public static FieldSet Set(string json) => FieldSetJson.Read(FieldsV1.Of(System.Text.Encoding.UTF8.GetBytes(json)));

    public static string Text(FieldSet set) => FieldSetJson.Write(set).ToString();

    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static MergeShape Shape<T>() => MergeShape.Of(RecordSchemas.Of<T>());
}
