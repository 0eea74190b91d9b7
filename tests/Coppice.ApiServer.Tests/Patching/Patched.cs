using System.Text;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Patching;
using Coppice.Client;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Patching;

/// <summary>Shorthand for given, patch, expect.</summary>
internal static class Patched
{
    public static string Apply(PatchType type, string original, string patch, Type? kind = null) => Encoding.UTF8.GetString(Patcher.Apply(
        type, Encoding.UTF8.GetBytes(original), Encoding.UTF8.GetBytes(patch), RecordSchemas.Of(kind ?? typeof(Objects.Core.Pod))));

    public static void Expect(PatchType type, string original, string patch, string expected, Type? kind = null)
    {
        var found = Apply(type, original, patch, kind);
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(found)!.ToJsonString());
    }

    public static ApiError Refused(PatchType type, string original, string patch, int code)
    {
        var error = Assert.Throws<ApiError>(() => Apply(type, original, patch));
        Assert.Equal(code, error.Code);
        return error;
    }
}
