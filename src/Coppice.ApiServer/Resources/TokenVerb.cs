using Coppice.ApiServer.Authentication;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Resources;

/// <summary>Issues tokens of service accounts, each for some time, some audiences and, for mounted ones, one pod.</summary>
internal sealed class TokenVerb(ObjectStorage storage, ServiceAccountTokens? tokens, TimeProvider time)
{
    // Kubernetes' bounds: ten minutes at the least, and at most 2^32 seconds.
    private const long ShortestSeconds = 600;
    private const long LongestSeconds = 1L << 32;

    private static readonly ResourceDefinition Accounts = KindCatalog.Of<ServiceAccount>();
    private static readonly ResourceDefinition Pods = KindCatalog.Of<Pod>();

    public async ValueTask<TokenRequest> CreateAsync(ObjectKey account, TokenRequest request, CancellationToken stop)
    {
        var subject = (await storage.GetAsync(Accounts, account, stop)).Item;
        var seconds = request.Spec.ExpirationSeconds ?? 3600;
        if (seconds is < ShortestSeconds or > LongestSeconds)
        {
            throw ApiErrors.Invalid(
                "authentication.k8s.io",
                "TokenRequest",
                account.Name,
                Validation.FieldError.Invalid(
                    Validation.FieldPath.Of("spec", "expirationSeconds"),
                    seconds,
                    seconds < ShortestSeconds ? "may not specify a duration less than 10 minutes" : "may not specify a duration larger than 2^32 seconds"));
        }

        var pod = await BoundPodAsync(account, request.Spec.BoundObjectRef, stop);
        var audiences = request.Spec.Audiences.IsEmpty ? [ServiceAccountTokens.Issuer] : request.Spec.Audiences;
        var expiry = ApiTime.Truncate(time.GetUtcNow()) + TimeSpan.FromSeconds(seconds);
        var token = (tokens ?? throw ApiErrors.ServiceUnavailable("this server issues no tokens"))
            .Sign(new(account.Namespace, account.Name, subject.Metadata.Uid!), pod, audiences, expiry);
        return request with
        {
            ApiVersion = "authentication.k8s.io/v1",
            Kind = "TokenRequest",
            Metadata = request.Metadata with
            {
                Name = account.Name,
                Namespace = account.Namespace,
                CreationTimestamp = ApiTime.Truncate(time.GetUtcNow()),
            },
            Spec = request.Spec with { Audiences = audiences, ExpirationSeconds = seconds },
            Status = new TokenRequestStatus { Token = token, ExpirationTimestamp = expiry },
        };
    }

    private async ValueTask<TokenPod?> BoundPodAsync(ObjectKey account, BoundObjectReference? reference, CancellationToken stop)
    {
        if (reference is not { Kind: "Pod", Name: { } name })
        {
            return null;
        }

        var pod = (await storage.GetAsync(Pods, new(account.Namespace, name), stop)).Item.Metadata;
        return string.IsNullOrEmpty(reference.Uid) || reference.Uid == pod.Uid
            ? new(name, pod.Uid!)
            : throw ApiErrors.Conflict(Pods, name, $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record ({pod.Uid})");
    }
}
