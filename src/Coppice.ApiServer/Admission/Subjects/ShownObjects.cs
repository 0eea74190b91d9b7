using System.Text.Json;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Subjects;

/// <summary>The objects of a request, as JSON of the version that a webhook or policy knows; of a connection, what is asked of it.</summary>
internal sealed record ShownObjects(JsonElement? Item, JsonElement? Old)
{
    /// <param name="shown">The same request by the version that is to be seen.</param>
    public static async ValueTask<ShownObjects> OfAsync(AdmissionSubject subject, AdmissionTarget shown, CancellationToken stop) => new(
        subject.Request.Connection ?? await ShowAsync(subject.Target, shown, subject.Item, stop),
        await ShowAsync(subject.Target, shown, subject.Old, stop));

    /// <summary>The object in the version that one of both knows.</summary>
    public static async ValueTask<KubernetesObject> InAsync(AdmissionTarget from, AdmissionTarget to, KubernetesObject item, CancellationToken stop)
    {
        if (from.Kind == to.Kind || from.Object != KindName.Of(from.Kind))
        {
            // Parts of objects look the same whatever the version of these is.
            return item;
        }

        return (from.Kind.Conversion ?? to.Kind.Conversion) is { } conversion
            ? (await conversion.ConvertAsync([item], to.Kind.ApiVersion, stop))[0]
            : item;
    }

    private static async ValueTask<JsonElement?> ShowAsync(AdmissionTarget asked, AdmissionTarget target, KubernetesObject? item, CancellationToken stop)
    {
        if (item is null)
        {
            return null;
        }

        var (shown, name) = (await InAsync(asked, target, item, stop), target.Object);
        shown = shown with { Kind = name.Kind, ApiVersion = name.Group.Length == 0 ? name.Version : $"{name.Group}/{name.Version}" };
        using var document = JsonDocument.Parse(ApiJson.WriteObject(shown));
        return document.RootElement.Clone();
    }
}
