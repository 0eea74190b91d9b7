using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.Objects.Meta;

namespace Coppice.Objects.Apps;

/// <summary>A kept state of a controller's object, to be able to go back to it; its data never changes.</summary>
public sealed partial record ControllerRevision : KubernetesObject
{
    /// <summary>The state, in the form that the controller writes and reads.</summary>
    [Field(2)]
    public JsonElement? Data { get; init; }

    /// <summary>Grows with each state; the highest is the newest.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Revision { get; init; }
}
