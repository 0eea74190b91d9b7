using System.Text.Json;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Webhooks;

/// <summary>The objects of a request, as JSON of the version that a webhook knows.</summary>
internal sealed record ShownObjects(JsonElement? Item, JsonElement? Old)
{
    public static ShownObjects Of(WebhookCall call, KubernetesObject? item, KubernetesObject? old) => new(Show(call, item), Show(call, old));

    /// <summary>The object in the version that the webhook knows.</summary>
    public static KubernetesObject In(AdmissionTarget from, AdmissionTarget to, KubernetesObject item)
    {
        if (from.Kind == to.Kind || from.Object != KindName.Of(from.Kind))
        {
            // Parts of objects look the same whatever the version of these is.
            return item;
        }

        var stored = from.Kind.Conversion?.ToStored(item) ?? item;
        return to.Kind.Conversion?.FromStored(stored) ?? stored;
    }

    private static JsonElement? Show(WebhookCall call, KubernetesObject? item)
    {
        if (item is null)
        {
            return null;
        }

        var (shown, name) = (In(call.Asked, call.Shown, item), call.Shown.Object);
        shown = shown with { Kind = name.Kind, ApiVersion = name.Group.Length == 0 ? name.Version : $"{name.Group}/{name.Version}" };
        using var document = JsonDocument.Parse(ApiJson.WriteObject(shown));
        return document.RootElement.Clone();
    }
}
