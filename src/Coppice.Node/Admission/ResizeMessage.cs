using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Admission;

/// <summary>The messages of a resize's events, as the kubelet writes them: Pod resize started: {"containers":[…],"generation":2}.</summary>
internal static class ResizeMessage
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="what">started, completed, error, or the reason why it waits.</param>
    /// <param name="pod">With the resources that are meant.</param>
    public static string Of(string what, Pod pod, long generation, string error = "")
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartObject();
            Write(json, "initContainers", pod.Spec.InitContainers);
            Write(json, "containers", pod.Spec.Containers);
            json.WriteNumber("generation", generation);
            if (error.Length > 0)
            {
                json.WriteString("error", error);
            }

            json.WriteEndObject();
        }

        return $"Pod resize {what}: {Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length)}";
    }

    private static void Write(Utf8JsonWriter json, string name, ValueList<Container> containers)
    {
        if (containers.IsEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var container in containers)
        {
            json.WriteStartObject();
            json.WriteString("name", container.Name);
            json.WritePropertyName("resources");
            ApiJson.WriteObject(json, container.Resources);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
