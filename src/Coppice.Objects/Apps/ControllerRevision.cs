using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

public sealed record ControllerRevision : KubernetesObject
{
    [Field(2)]
    public JsonElement? Data { get; init; }

    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Revision { get; init; }
}
