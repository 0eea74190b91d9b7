using Coppice.Node.Devices.Wire;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Devices;

/// <summary>A driver of devices that has registered itself with this node.</summary>
/// <param name="service">Of those that it serves, the one that it is spoken to by.</param>
internal sealed class DeviceDriver(string name, string endpoint, string service, DeviceFigures figures, TimeProvider time) : IDisposable
{
    private readonly GrpcConnection _connection = new(endpoint, time);

    public string Name => name;

    public void Dispose() => _connection.Dispose();

    /// <summary>Makes the devices of claims ready; again, if they are.</summary>
    /// <returns>By the claims' uids.</returns>
    /// <exception cref="DevicesNotReadyException">It could not.</exception>
    public async ValueTask<IReadOnlyDictionary<string, NodePrepareResourceResponse>> PrepareAsync(IReadOnlyList<Claim> claims, CancellationToken stop)
    {
        var answer = await CallAsync("NodePrepareResources", DriverMethods.Prepare(service), new NodePrepareResourcesRequest { Claims = { claims } }, stop);
        Check("NodePrepareResources", claims, answer.Claims.ToDictionary(one => one.Key, one => one.Value.Error));
        return answer.Claims;
    }

    /// <summary>Lets go of the devices of claims. What is not ready is no failure.</summary>
    /// <exception cref="DevicesNotReadyException">It could not.</exception>
    public async ValueTask UnprepareAsync(IReadOnlyList<Claim> claims, CancellationToken stop)
    {
        var answer = await CallAsync("NodeUnprepareResources", DriverMethods.Unprepare(service), new NodeUnprepareResourcesRequest { Claims = { claims } }, stop);
        Check("NodeUnprepareResources", claims, answer.Claims.ToDictionary(one => one.Key, one => one.Value.Error));
    }

    private async ValueTask<TResponse> CallAsync<TRequest, TResponse>(string verb, GrpcMethod<TRequest, TResponse> method, TRequest request, CancellationToken stop)
        where TRequest : Google.Protobuf.IMessage
        where TResponse : class, Google.Protobuf.IMessage<TResponse>
    {
        var (began, code) = (time.GetTimestamp(), GrpcCode.OK);
        try
        {
            return await _connection.CallAsync(method, request, stop);
        }
        catch (GrpcException failed)
        {
            code = failed.Code;
            stop.ThrowIfCancellationRequested();
            throw new DevicesNotReadyException($"{verb}: {failed.Description}", failed);
        }
        catch (RuntimeUnavailableException away)
        {
            code = GrpcCode.Unavailable;
            throw new DevicesNotReadyException($"{verb}: rpc error: code = Unavailable desc = {away.InnerException?.Message ?? away.Message}", away);
        }
        finally
        {
            figures.Called(name, method.Path, $"{code}", time.GetElapsedTime(began));
        }
    }

    /// <summary>Each claim that was asked for is in the answer, and no other.</summary>
    private static void Check(string verb, IReadOnlyList<Claim> claims, IReadOnlyDictionary<string, string> errors)
    {
        foreach (var (uid, error) in errors)
        {
            if (claims.FirstOrDefault(claim => claim.Uid == uid) is not { } claim)
            {
                throw new DevicesNotReadyException($"{verb} returned result for unknown claim UID {uid}");
            }

            if (error.Length > 0)
            {
                throw new DevicesNotReadyException($"{verb} failed for ResourceClaim {claim.Name}: {error}");
            }
        }

        if (claims.Count(claim => !errors.ContainsKey(claim.Uid)) is var skipped and > 0)
        {
            throw new DevicesNotReadyException($"{verb} skipped {skipped} ResourceClaims");
        }
    }
}
