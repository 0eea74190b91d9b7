using System.Net;
using Coppice.ApiServer.Audit;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Client.Http;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.InProcess;

/// <summary>A client of the same process whose requests the audit log is told of as if they came over HTTP.</summary>
internal sealed class AuditedClient(InProcessClient inner, AuditLog log, Authorizer authorizer, UserInfo user, string program) : IApiClient
{
    private const string Here = "127.0.0.1";

    private static readonly AuditIds Ids = new();

    public ValueTask<KubernetesObject?> FindAsync(Kind kind, ObjectKey key, string? subresource, CancellationToken stop) =>
        TellAsync(
            new("get", kind, key, subresource, ResourcePath.Item(kind, key, subresource)), null, () => inner.FindAsync(kind, key, subresource, stop), stop);

    public ValueTask<ObjectList<KubernetesObject>> ListAsync(Kind kind, ListQuery query, CancellationToken stop) =>
        TellAsync(
            new("list", kind, new(query.Namespace ?? "", ""), null, ResourcePath.Collection(kind, query.Namespace, query), query.FieldSelector),
            null,
            () => inner.ListAsync(kind, query, stop),
            stop);

    public IObjectWatch<KubernetesObject> Watch(Kind kind, ListQuery query, string afterRevision)
    {
        var watch = inner.Watch(kind, query, afterRevision);
        var request = new Request("watch", kind, new(query.Namespace ?? "", ""), null, ResourcePath.Watch(kind, query, afterRevision), query.FieldSelector);
        return Begin(request) is { } trail ? new ToldWatch(watch, trail, stop => DecideAsync(trail, request, stop)) : watch;
    }

    public ValueTask<KubernetesObject> WriteAsync(Kind kind, ObjectWrite write, CancellationToken stop)
    {
        var (verb, path) = write switch
        {
            ObjectWrite.Create { Subresource: null } => ("create", ResourcePath.Collection(kind, write.Key.Namespace)),
            ObjectWrite.Create => ("create", ResourcePath.Item(kind, write.Key, write.Subresource)),
            ObjectWrite.Update => ("update", ResourcePath.Item(kind, write.Key, write.Subresource)),
            _ => ("patch", ResourcePath.Item(kind, write.Key, write.Subresource)),
        };
        return TellAsync(new(verb, kind, write.Key, write.Subresource, path), write, () => inner.WriteAsync(kind, write, stop), stop);
    }

    public async ValueTask DeleteAsync(Kind kind, ObjectKey key, DeleteOptions? options, CancellationToken stop) =>
        await TellAsync(
            new("delete", kind, key, null, ResourcePath.Item(kind, key)),
            null,
            async () =>
            {
                await inner.DeleteAsync(kind, key, options, stop);
                return true;
            },
            stop);

    private async ValueTask<T> TellAsync<T>(Request request, ObjectWrite? write, Func<ValueTask<T>> ask, CancellationToken stop)
    {
        if (Begin(request) is not { } trail)
        {
            return await ask();
        }

        var code = (int)HttpStatusCode.InternalServerError;
        try
        {
            await DecideAsync(trail, request, stop);
            Tell(trail, write);
            var answer = await ask();
            code = Tell(trail, request, answer);
            return answer;
        }
        catch (ApiException refused)
        {
            trail.Answered(refused.Status);
            code = refused.Code;
            throw;
        }
        finally
        {
            trail.Completed(code);
        }
    }

    private async ValueTask<AccessDecision> DecideAsync(AuditTrail trail, Request request, CancellationToken stop)
    {
        var decision = await authorizer.DecideAsync(user, request.Access, stop);
        trail.Decided(decision);
        return decision;
    }

    /// <returns>The code that is answered over HTTP: there what is not found is refused.</returns>
    private static int Tell<T>(AuditTrail trail, Request request, T answer)
    {
        switch (answer)
        {
            case null:
                var missing = ApiErrors.NotFound(request.Kind, request.Key.Name);
                trail.Answered(missing.Status);
                return missing.Code;
            case KubernetesObject item:
                trail.Answered(item);
                break;
        }

        return (int)(request.Verb == "create" ? HttpStatusCode.Created : HttpStatusCode.OK);
    }

    private static void Tell(AuditTrail trail, ObjectWrite? write)
    {
        switch (write)
        {
            case ObjectWrite.Create create:
                trail.Asked(create.Item);
                break;
            case ObjectWrite.Update update:
                trail.Asked(update.Item);
                break;
            case ObjectWrite.Patch patch:
                trail.Asked(patch.Body);
                break;
        }
    }

    private AuditTrail? Begin(Request asked)
    {
        var (verb, kind, key, subresource, path, _) = asked;
        var name = key.Name.Length == 0 || (verb == "create" && subresource is null) ? null : key.Name;
        var request = new ApiRequest("/" + path, verb, kind.Version, kind, key.Namespace.Length == 0 ? null : key.Namespace, name, subresource);
        var trail = log.Begin(user, request, (request.Path, program), from => new AuditOrigin(Ids.Next(), from.Path, [Here], from.program));
        trail?.Received();
        return trail;
    }

    /// <param name="Path">As it would be over HTTP, without the first slash.</param>
    /// <param name="Fields">The field selector of a list or watch; null for none.</param>
    private readonly record struct Request(string Verb, Kind Kind, ObjectKey Key, string? Subresource, string Path, string? Fields = null)
    {
        /// <summary>What is decided by when it is asked.</summary>
        public AccessRequest Access => Verb is "list" or "watch"
            ? AccessRequest.OfList(Verb, Kind, Key.Namespace, Fields)
            : AccessRequest.To(Verb, Kind, Key.Namespace, Verb == "create" && Subresource is null ? "" : Key.Name, Subresource);
    }

    private sealed class ToldWatch(IObjectWatch<KubernetesObject> inner, AuditTrail trail, Func<CancellationToken, ValueTask<AccessDecision>> decide) : IObjectWatch<KubernetesObject>
    {
        private bool _isStarted;
        private int _code = (int)HttpStatusCode.OK;

        public string Revision => inner.Revision;

        public async ValueTask<IReadOnlyList<WatchEvent<KubernetesObject>>> NextAsync(CancellationToken stop)
        {
            if (!_isStarted)
            {
                _isStarted = true;
                if ((await decide(stop)).Allowed)
                {
                    trail.Started(_code);
                }
            }

            try
            {
                return await inner.NextAsync(stop);
            }
            catch (ApiException refused)
            {
                trail.Answered(refused.Status);
                _code = refused.Code;
                throw;
            }
        }

        public ValueTask DisposeAsync()
        {
            trail.Completed(_code);
            return inner.DisposeAsync();
        }
    }
}
