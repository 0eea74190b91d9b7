using Coppice.ApiServer.Admission;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Kinds.Core;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Objects;

namespace Coppice.ApiServer.Resources;

/// <summary>Makes a new object.</summary>
internal sealed class CreateVerb(ObjectStorage storage, IReadOnlyList<IAdmission> admissions, TimeProvider time, Random random)
{
    // A generated name that is taken is made up anew, as Kubernetes does, this often.
    private const int GeneratedNameTries = 8;

    public async ValueTask<ObjectForm> RunAsync(WriteScope scope, KubernetesObject item, CancellationToken stop)
    {
        var generated = string.IsNullOrEmpty(item.Metadata.Name) && !string.IsNullOrEmpty(item.Metadata.GenerateName);
        for (var attempt = 1; ; attempt++)
        {
            var prepared = await PrepareAsync(scope, item, stop);
            if (scope.DryRun)
            {
                await RefuseExistingAsync(scope, prepared, stop);
                return ObjectForm.Detached(prepared);
            }

            if (await storage.CreateAsync(scope.Kind, prepared, stop) is { } form)
            {
                return form;
            }

            if (!generated)
            {
                throw ApiErrors.AlreadyExists(scope.Resource, prepared.Metadata.Name!);
            }

            if (attempt == GeneratedNameTries)
            {
                throw ApiErrors.GenerateNameConflict(scope.Resource, prepared.Metadata.Name!);
            }
        }
    }

    private async ValueTask<KubernetesObject> PrepareAsync(WriteScope scope, KubernetesObject item, CancellationToken stop)
    {
        var strategy = scope.Served.Strategy;
        var prepared = strategy.PrepareForCreate(strategy.Default(Identify(scope, item)));
        foreach (var admission in admissions)
        {
            prepared = await admission.AdmitAsync(scope, prepared, null, stop);
        }

        Findings<FieldError> errors = [.. ObjectMetaValidation.Validate(prepared.Metadata, scope.Kind), .. strategy.Validate(prepared)];
        return errors.Count == 0 ? prepared : throw ApiErrors.Invalid(scope.Kind, prepared.Metadata.Name ?? "", errors);
    }

    /// <summary>The metadata that only the server gives, whatever the client wrote there.</summary>
    private KubernetesObject Identify(WriteScope scope, KubernetesObject item)
    {
        var given = item.Metadata;
        if (!string.IsNullOrEmpty(given.ResourceVersion))
        {
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var name = string.IsNullOrEmpty(given.Name) && !string.IsNullOrEmpty(given.GenerateName)
            ? RandomNames.Generate(given.GenerateName, random)
            : given.Name;
        return item with
        {
            ApiVersion = scope.Kind.ApiVersion,
            Kind = scope.Kind.Name,
            Metadata = given with
            {
                Name = name,
                Namespace = Scoping.NamespaceOf(scope, given.Namespace),
                Uid = RandomNames.Uid(random),
                CreationTimestamp = ApiTime.Truncate(time.GetUtcNow()),
                DeletionTimestamp = null,
                DeletionGracePeriodSeconds = null,
                SelfLink = null,
                ManagedFields = default,
            },
        };
    }

    private async ValueTask RefuseExistingAsync(WriteScope scope, KubernetesObject item, CancellationToken stop)
    {
        if (await storage.FindAsync(scope.Kind, ObjectKey.Of(item), stop) is not null)
        {
            throw ApiErrors.AlreadyExists(scope.Resource, item.Metadata.Name!);
        }
    }
}
