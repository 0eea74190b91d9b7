using System.Text.Json;
using Coppice.ApiServer.Admission.Subjects;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Storage;
using Coppice.Cel.Libraries;
using Coppice.Objects;
using Coppice.Objects.Admission;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission.Evaluation;

/// <summary>Makes what expressions see of requests.</summary>
internal sealed class RequestInputs(ObjectStorage storage, Authorizer authorizer)
{
    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    /// <param name="shown">The request by the version of the resource that is to be seen.</param>
    /// <returns>Without the namespace, which only policies see.</returns>
    public async ValueTask<RequestInput> OfAsync(AdmissionSubject subject, AdmissionTarget shown, ShownObjects objects, CancellationToken stop)
    {
        // From here on roles are in memory, so that expressions are answered at once.
        await authorizer.PolicyAsync(stop);
        var question = JsonSerializer.SerializeToElement(
            AdmissionQuestion.Of(subject.Target, shown, subject.Request), ApiJson.TypeInfo<AdmissionRequest>());
        var ask = new AuthorizerValue(new ExpressionAuthorizer(authorizer, subject.Request.User));
        var about = ask.Of(shown.Kind.Group, shown.Kind.Resource, shown.Subresource, SpaceOf(subject.Target), shown.Name);
        return new(objects.Item, objects.Old, question, null, ask, about);
    }

    /// <exception cref="Errors.ApiError">NotFound: the namespace.</exception>
    public async ValueTask<RequestInput> WithNamespaceAsync(RequestInput input, AdmissionTarget target, CancellationToken stop) => SpaceOf(target) is { Length: > 0 } space
        ? input with { Namespace = RequestInput.Json((await storage.GetAsync(Namespaces, new("", space), stop)).Item) }
        : input;

    /// <summary>The namespace that the object is in; empty for objects of the whole cluster, namespaces among them.</summary>
    public static string SpaceOf(AdmissionTarget target) => target.IsNamespace ? "" : target.Namespace;
}
