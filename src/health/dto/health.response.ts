import { ApiProperty, ApiSchema } from '@nestjs/swagger';
/** The service's own word for being well. */
@ApiSchema({ name: 'Health', description: "The service's own word for being well." })
export class HealthResponse {
  /** Always the same: what is not well answers a problem instead. */
  @ApiProperty({ enum: ['ok'] })
  status!: string;
}
