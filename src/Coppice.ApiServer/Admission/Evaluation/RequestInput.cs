using System.Text.Json;
using Coppice.ApiServer.Expressions;
using Coppice.Cel.Libraries;
using Coppice.Cel.Schemas;
using Coppice.Cel.Values;
using Coppice.Objects;

namespace Coppice.ApiServer.Admission.Evaluation;

/// <summary>What expressions see of one request.</summary>
/// <param name="Request">The question as a webhook would be asked it, without the objects.</param>
internal sealed record RequestInput(JsonElement? Item, JsonElement? Old, JsonElement Request, JsonElement? Namespace, AuthorizerValue Authorizer, CelValue RequestResource)
{
    public static JsonElement Json(KubernetesObject item)
    {
        using var document = JsonDocument.Parse(ApiJson.WriteObject(item));
        return document.RootElement.Clone();
    }

    public CelValue? Find(string name) => name switch
    {
        AdmissionExpressions.Object => Show(Item),
        AdmissionExpressions.OldObject => Show(Old),
        AdmissionExpressions.Request => Show(Request),
        AdmissionExpressions.NamespaceObject => Show(Namespace),
        AdmissionExpressions.Authorizer => Authorizer,
        AdmissionExpressions.RequestResource => RequestResource,
        _ => null,
    };

    public static CelValue Show(JsonElement? json) => json is { } value ? JsonValues.Of(value) : NullValue.Instance;
}
