using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Authentication;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Writes;

/// <summary>Issues tokens of service accounts, each for some time, some audiences and, if it asks so, one pod, secret or node.</summary>
internal sealed class TokenVerb(ObjectStorage storage, AdmissionChain admissions, ServiceAccountTokens? tokens, TimeProvider time)
{
    // Kubernetes' bounds: ten minutes at the least, and at most 2^32 seconds.
    private const long ShortestSeconds = 600;
    private const long LongestSeconds = 1L << 32;

    private const string Group = "authentication.k8s.io";
    private const string Kind = "TokenRequest";

    private static readonly Kind Accounts = BuiltInKinds.Of<ServiceAccount>();
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();
    private static readonly Kind Secrets = BuiltInKinds.Of<Secret>();
    private static readonly Kind Nodes = BuiltInKinds.Of<Node>();

    /// <param name="write">Of the account's subresource: nothing is written, but the cluster's rules have their say.</param>
    public async ValueTask<TokenRequest> CreateAsync(WriteRequest write, TokenRequest request, CancellationToken stop)
    {
        var account = write.Key;
        request = (TokenRequest)(await admissions.MutateAsync(write, request, null, stop))!;
        RequireMatch(account, "name", request.Metadata.Name, account.Name);
        RequireMatch(account, "namespace", request.Metadata.Namespace, account.Namespace);
        var owner = (await storage.GetAsync(Accounts, account, stop)).Item.Metadata;
        if (!string.IsNullOrEmpty(request.Metadata.Uid) && request.Metadata.Uid != owner.Uid)
        {
            throw ApiErrors.Conflict(
                new GroupResource(Group, Kind),
                account.Name,
                $"the UID in the token request ({request.Metadata.Uid}) does not match the UID of the service account ({owner.Uid})");
        }

        var seconds = request.Spec.ExpirationSeconds ?? 3600;
        RequireTime(seconds);
        await admissions.ValidateAsync(write, request, null, stop);
        var audiences = request.Spec.Audiences.IsEmpty ? TokenOwners.OurAudiences.ToValueList() : request.Spec.Audiences;
        var claims = await BindAsync(
            new TokenClaims(new(account.Namespace, account.Name, owner.Uid!), audiences), request.Spec.BoundObjectRef, stop);
        var now = ApiTime.Truncate(time.GetUtcNow());
        var expiry = now + TimeSpan.FromSeconds(seconds);
        var token = (tokens ?? throw ApiErrors.ServiceUnavailable("this server issues no tokens")).Sign(claims, expiry);
        return request with
        {
            ApiVersion = $"{Group}/v1",
            Kind = Kind,
            Metadata = request.Metadata with { Name = account.Name, Namespace = account.Namespace, Uid = owner.Uid, CreationTimestamp = now },
            Spec = request.Spec with { Audiences = audiences, ExpirationSeconds = seconds },
            Status = new TokenRequestStatus { Token = token, ExpirationTimestamp = expiry },
        };
    }

    private static void RequireMatch(ObjectKey account, string field, string? given, string wanted)
    {
        if (!string.IsNullOrEmpty(given) && given != wanted)
        {
            throw ApiErrors.Invalid(
                Group, Kind, account.Name, FieldError.Invalid(FieldPath.Of("metadata", field), given, $"must match the service account {field} if specified"));
        }
    }

    private static void RequireTime(long seconds)
    {
        if (seconds is < ShortestSeconds or > LongestSeconds)
        {
            throw ApiErrors.Invalid(
                Group,
                Kind,
                "",
                FieldError.Invalid(
                    FieldPath.Of("spec", "expirationSeconds"),
                    seconds,
                    seconds < ShortestSeconds ? "may not specify a duration less than 10 minutes" : "may not specify a duration larger than 2^32 seconds"));
        }
    }

    private async ValueTask<TokenClaims> BindAsync(TokenClaims claims, BoundObjectReference? reference, CancellationToken stop)
    {
        if (reference is null)
        {
            return claims;
        }

        var (group, version) = GroupOf(reference.ApiVersion ?? "");
        var space = claims.Subject.Namespace;
        switch (group.Length == 0 ? reference.Kind : null)
        {
            case "Pod":
                var pod = (Pod)await FindAsync(Pods, space);
                if (pod.Spec.ServiceAccountName != claims.Subject.Name)
                {
                    throw ApiErrors.BadRequest(
                        $"cannot bind token for serviceaccount {QuotedText.Of(claims.Subject.Name)} to pod running with different serviceaccount name.");
                }

                return claims with { Pod = Bound(pod.Metadata), Node = await NodeOfAsync(pod, stop) };
            case "Secret":
                return claims with { Secret = Bound((await FindAsync(Secrets, space)).Metadata) };
            case "Node":
                return claims with { Node = Bound((await FindAsync(Nodes, "")).Metadata) };
            default:
                throw ApiErrors.BadRequest($"cannot bind token to object of type {group}/{version}, Kind={reference.Kind}");
        }

        async ValueTask<KubernetesObject> FindAsync(Kind kind, string of) => string.IsNullOrEmpty(reference.Name)
            ? throw ApiErrors.BadRequest("Name parameter required.")
            : (await storage.GetAsync(kind, new(of, reference.Name), stop)).Item;

        BoundObject Bound(ObjectMeta found) => string.IsNullOrEmpty(reference.Uid) || reference.Uid == found.Uid
            ? new(found.Name!, found.Uid!)
            : throw ApiErrors.Conflict(
                new GroupResource("", reference.Kind!),
                reference.Name!,
                $"the UID in the bound object reference ({reference.Uid}) does not match the UID in record. The object might have been deleted and then recreated");
    }

    /// <summary>Where a pod runs, which its token tells; without a uid if that node is not there.</summary>
    private async ValueTask<BoundObject?> NodeOfAsync(Pod pod, CancellationToken stop) => pod.Spec.NodeName is { Length: > 0 } name
        ? new(name, (await storage.FindAsync(Nodes, new("", name), stop))?.Item.Metadata.Uid ?? "")
        : null;

    /// <summary>The two halves of an apiVersion; one that is none has neither.</summary>
    private static (string Group, string Version) GroupOf(string apiVersion) => apiVersion.Split('/') switch
    {
        [var version] => ("", version),
        [var group, var version] => (group, version),
        _ => ("", ""),
    };
}
