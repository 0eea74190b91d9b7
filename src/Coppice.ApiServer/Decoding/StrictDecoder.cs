using System.Text.Json;
using Coppice.Objects;

namespace Coppice.ApiServer.Decoding;

/// <summary>
/// Holds a JSON text against the schema of a type, in one pass and without building anything from it. The wording is that of
/// Kubernetes' decoder, as people and tools know it.
/// </summary>
public static class StrictDecoder
{
    public static DecodeReport Check(ReadOnlySpan<byte> json, ObjectSchema schema)
    {
        var walk = new SchemaWalk(json, schema);
        try
        {
            walk.Run();
        }
        catch (JsonException e)
        {
            return walk.Report() with { SyntaxError = JsonSyntax.Describe(json, e) };
        }

        return walk.Report();
    }
}
