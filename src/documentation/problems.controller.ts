import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../access/requires.decorator.js';
import { Refuses } from '../http/openapi.js';
import { ProblemNotFound } from './documentation.errors.js';
import { ProblemDescriptionResponse } from './dto/problem-description.response.js';
import { PROBLEMS } from './problem-catalogue.js';

@ApiTags('problems')
@Controller('problems')
export class ProblemsController {
  /**
   * List the kinds of problems
   * @remarks Every kind of error that the service answers, by status and code.
   */
  @Public()
  @Get()
  @ApiOkResponse({ type: [ProblemDescriptionResponse], description: 'All of them.' })
  listProblems(): ProblemDescriptionResponse[] {
    return Object.entries(PROBLEMS)
      .map(([code, entry]) => ProblemDescriptionResponse.from(code, entry))
      .sort((one, other) => one.status - other.status || (one.code < other.code ? -1 : 1));
  }

  /**
   * Read about one kind of problem
   * @remarks The address of this page is the `type` of every problem of its kind.
   */
  @Public()
  @Get(':code')
  @ApiOkResponse({ type: ProblemDescriptionResponse, description: 'The kind of problem.' })
  @Refuses('problem-not-found')
  getProblem(@Param('code') code: string): ProblemDescriptionResponse {
    const entry = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
    if (!entry) throw new ProblemNotFound(code);
    return ProblemDescriptionResponse.from(code, entry);
  }
}
