using Coppice.Node.Host;

namespace Coppice.Node.Volumes;

/// <summary>The files of the images that are on this node, for volumes.</summary>
/// <param name="Show">
/// What to mount to see the files of an image (its reference first, then a name of ours). They stay until the name is forgotten, whatever
/// becomes of the image; of a name that is known already it is the same again.
/// </param>
/// <param name="Forget">Lets go of what is shown by a name. That there is nothing is no failure.</param>
public sealed record ImageFiles(Func<string, string, CancellationToken, ValueTask<ImageMount>> Show, Func<string, CancellationToken, ValueTask> Forget);
