using System.Globalization;
using Coppice.Client;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Images;

/// <summary>Something to tell in the pod's events.</summary>
/// <param name="Type">Normal or Warning.</param>
public sealed record ImageEvent(string Type, string Reason, string Message)
{
    /// <summary>The reason of one that tells that an image is pulled from now on.</summary>
    public const string Pulling = "Pulling";
}

/// <summary>How the want of an image ended: with it, or with a reason for the container's waiting state.</summary>
public abstract record ImageOutcome
{
    public sealed record Present(ImageRecord Image) : ImageOutcome;

    /// <param name="Reason">ErrImagePull, ImagePullBackOff, ErrImageNeverPull, InvalidImageName or ImageInspectError.</param>
    /// <param name="RetryAfter">When to ask again; null when only a change of the pod can help.</param>
    public sealed record Waiting(string Reason, string Message, TimeSpan? RetryAfter) : ImageOutcome;
}

/// <param name="Policy">The container's imagePullPolicy, or null for the image's default.</param>
public sealed record ImageRequest(string PodUid, string Image, string? Policy, IReadOnlyList<RegistryCredential> Credentials);

/// <summary>
/// Sees to it that images are on the node, by the containers' pull policies. One pull of an image at a time; a failed one is
/// tried again after 10 s, 20 s … 300 s, counted per pod and image.
/// </summary>
/// <param name="pulled">Who may use what is here already; null for one of its own, in memory.</param>
public sealed class ImagePuller(IImageService images, TimeProvider time, PulledImages? pulled = null)
{
    private static readonly Backoff Pauses = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300));

    private readonly PulledImages _pulled = pulled ?? new PulledImages();
    private readonly SteadyClock _clock = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string PodUid, string Image), Failure> _failures = [];
    private readonly Dictionary<string, Task> _pulling = new(StringComparer.Ordinal);

    /// <param name="tell">Takes the events, in order.</param>
    public async ValueTask<ImageOutcome> EnsureAsync(ImageRequest request, Action<ImageEvent> tell, CancellationToken stop)
    {
        var outcome = await TryEnsureAsync(request, tell, stop);
        if (outcome is ImageOutcome.Waiting waiting)
        {
            tell(new ImageEvent("Warning", "Failed", $"Error: {waiting.Reason}"));
        }

        return outcome;
    }

    /// <summary>Forgets the failures of a pod that is gone.</summary>
    public void ForgetPod(string podUid)
    {
        lock (_gate)
        {
            foreach (var key in _failures.Keys.Where(key => key.PodUid == podUid).ToList())
            {
                _failures.Remove(key);
            }
        }
    }

    /// <summary>Always for what may change under its name (latest, or no tag at all), IfNotPresent otherwise.</summary>
    public static string DefaultPolicy(ImageReference reference) =>
        reference is { Digest: null, Tag: "latest" } ? PullPolicy.Always : PullPolicy.IfNotPresent;

    /// <summary>The same for what is no container: that one would wait for it is not told.</summary>
    public async ValueTask<ImageOutcome> TryEnsureAsync(ImageRequest request, Action<ImageEvent> tell, CancellationToken stop)
    {
        var name = request.Image;
        if (!ImageReference.TryParse(name, out var reference, out var error))
        {
            var message = $"Failed to apply default image tag \"{name}\": {error}";
            tell(new ImageEvent("Warning", "InspectFailed", message));
            return new ImageOutcome.Waiting("InvalidImageName", message, null);
        }

        var policy = request.Policy is { Length: > 0 } given ? given : DefaultPolicy(reference);
        if (policy != PullPolicy.Always)
        {
            ImageRecord? found;
            try
            {
                found = await images.FindAsync(name, stop);
            }
            catch (RuntimeException failed) when (failed is not RuntimeUnavailableException)
            {
                var message = $"Failed to inspect image \"{name}\": {failed.Message}";
                tell(new ImageEvent("Warning", "InspectFailed", message));
                return new ImageOutcome.Waiting("ImageInspectError", message, Pauses.First);
            }

            if (found is not null && _pulled.MayUse(found, reference, CredentialChoice.For(name, request.Credentials)))
            {
                tell(new ImageEvent("Normal", "Pulled", $"Container image \"{name}\" already present on machine and can be accessed by the pod"));
                Forget(request);
                return new ImageOutcome.Present(found);
            }

            if (policy == PullPolicy.Never)
            {
                var message = $"Container image \"{name}\" is not present with pull policy of Never";
                tell(new ImageEvent("Warning", "ErrImageNeverPull", message));
                // Somebody may yet bring it by hand.
                return new ImageOutcome.Waiting("ErrImageNeverPull", message, Pauses.First);
            }
        }

        if (BackOff(request) is { } waiting)
        {
            tell(new ImageEvent("Normal", "BackOff", $"Back-off pulling image \"{name}\""));
            return waiting;
        }

        return await PullAsync(request, reference, tell, stop);
    }

    private async ValueTask<ImageOutcome> PullAsync(ImageRequest request, ImageReference reference, Action<ImageEvent> tell, CancellationToken stop)
    {
        var name = request.Image;
        tell(new ImageEvent("Normal", ImageEvent.Pulling, $"Pulling image \"{name}\""));
        var asked = time.GetTimestamp();
        // Completed as the last thing, so its waiters may go on right there; by way of the thread pool a simulation could not order them.
        var turn = new TaskCompletionSource();
        await TakeTurnAsync(name, turn.Task, stop);
        try
        {
            // Somebody else may have pulled it meanwhile; the runtime then finds every layer in place.
            var began = time.GetTimestamp();
            var image = await PullRecordedAsync(request, reference, stop);
            tell(new ImageEvent("Normal", "Pulled", string.Create(
                CultureInfo.InvariantCulture,
                $"Successfully pulled image \"{name}\" in {Duration(time.GetElapsedTime(began))} ({Duration(time.GetElapsedTime(asked))} including waiting). Image size: {image.SizeBytes} bytes.")));
            Forget(request);
            return new ImageOutcome.Present(image);
        }
        catch (RuntimeException failed) when (failed is not RuntimeUnavailableException)
        {
            return Failed(request, (failed as ImagePullException)?.Description ?? failed.Message, tell);
        }
        finally
        {
            lock (_gate)
            {
                if (_pulling.GetValueOrDefault(name) == turn.Task)
                {
                    _pulling.Remove(name);
                }
            }

            turn.SetResult();
        }
    }

    private async ValueTask<ImageRecord> PullRecordedAsync(ImageRequest request, ImageReference reference, CancellationToken stop)
    {
        // Only what was known before it was asked what there is: another pull may end meanwhile.
        var known = _pulled.Ids;
        var present = (await images.ListAsync(stop)).Select(one => one.Id).ToHashSet(StringComparer.Ordinal);
        _pulled.Forget([.. known.Where(id => !present.Contains(id))]);
        _pulled.Begin(reference, (await images.FindAsync(request.Image, stop))?.Id);
        (ImageRecord Image, RegistryCredential? With)? done = null;
        try
        {
            done = await PullWithAsync(request.Image, CredentialChoice.For(request.Image, request.Credentials), stop);
        }
        finally
        {
            _pulled.End(reference, done?.Image, done?.With);
        }

        return done.Value.Image;
    }

    private async ValueTask<(ImageRecord Image, RegistryCredential? With)> PullWithAsync(string name, IReadOnlyList<RegistryCredential> fitting, CancellationToken stop)
    {
        for (var i = 0; ; i++)
        {
            var credential = i < fitting.Count ? fitting[i] : null;
            try
            {
                return (await images.PullAsync(name, credential, stop), credential);
            }
            catch (ImagePullException refused) when (refused.Cause == ImagePullFailure.Unauthorized && i + 1 < fitting.Count)
            {
                // The next credential may be the right one.
            }
        }
    }

    // A queue a name: everybody waits for the one before.
    private async ValueTask TakeTurnAsync(string name, Task own, CancellationToken stop)
    {
        while (true)
        {
            Task? before;
            lock (_gate)
            {
                before = _pulling.GetValueOrDefault(name);
                if (before is null)
                {
                    _pulling[name] = own;
                    return;
                }
            }

            await before.WaitAsync(stop);
        }
    }

    private ImageOutcome.Waiting Failed(ImageRequest request, string cause, Action<ImageEvent> tell)
    {
        TimeSpan pause;
        lock (_gate)
        {
            var key = (request.PodUid, request.Image);
            pause = Pauses.Next(_failures.GetValueOrDefault(key)?.Pause ?? TimeSpan.Zero);
            _failures[key] = new Failure(pause, _clock.GetUtcNow() + pause, cause);
        }

        tell(new ImageEvent("Warning", "Failed", $"Failed to pull image \"{request.Image}\": {cause}"));
        return new ImageOutcome.Waiting("ErrImagePull", cause, pause);
    }

    private ImageOutcome.Waiting? BackOff(ImageRequest request)
    {
        lock (_gate)
        {
            return _failures.TryGetValue((request.PodUid, request.Image), out var failure) && failure.RetryAt - _clock.GetUtcNow() is var left && left > TimeSpan.Zero
                ? new ImageOutcome.Waiting("ImagePullBackOff", $"Back-off pulling image \"{request.Image}\": ErrImagePull: {failure.Cause}", left)
                : null;
        }
    }

    private void Forget(ImageRequest request)
    {
        lock (_gate)
        {
            _failures.Remove((request.PodUid, request.Image));
        }
    }

    private static string Duration(TimeSpan time) => GoDuration.Write(TimeSpan.FromMilliseconds((long)time.TotalMilliseconds));

    /// <param name="RetryAt">By the steady clock.</param>
    private sealed record Failure(TimeSpan Pause, DateTimeOffset RetryAt, string Cause);
}
