import { ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { openS3Storage } from '../../src/adapters/s3-storage.ts';
import { keepsTheStorageContract, type Subject } from '../contracts/backup-storage.ts';
import { itNeeds } from '../setup/it-needs.ts';
import { makeBucket, startObjectStore } from '../setup/object-store.ts';

startObjectStore();

async function open(): Promise<Subject> {
  const { settings, client } = await makeBucket();
  const Bucket = settings.bucket;
  const address = { ...settings, prefix: 'capops/test' };
  return {
    storage: await openS3Storage({ name: 'offsite', settings: address }),
    address,
    leftovers: async () => (await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0,
    fill: async (keys) => {
      const waiting = [...keys];
      const put = async () => {
        for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
          await client.send(new PutObjectCommand({ Bucket, Key: `capops/test/${key}`, Body: key }));
        }
      };
      await Promise.all(Array.from({ length: 20 }, put));
    },
  };
}

keepsTheStorageContract((name, body) => itNeeds('objectStore', name, body, { timeoutSeconds: 60 }), open);
