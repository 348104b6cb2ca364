<?php
// phpcs:disable
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Rest;
use PHPUnit\Framework\TestCase;

final class AnswersTest extends TestCase {
	public function test_the_frame_is_first_and_last(): void {
		$this->assertSame( '{"igny8_frame":"F","success":true,"a":1,"igny8_end":"F"}', Rest\frame( 'F', [ 'success' => true, 'igny8_end' => 'forged', 'a' => 1, 'igny8_frame' => 'x' ] ) );
	}

	public function test_errors_of_core_are_flattened(): void {
		$error = [ 'code' => 'rest_no_route', 'message' => 'No route', 'data' => [ 'status' => 404, 'params' => [ 'x' ] ] ];
		$this->assertSame( [ 'success' => false, 'code' => 'rest_no_route', 'message' => 'No route', 'params' => [ 'x' ] ], Rest\flatten( $error, 404 ) );
		$this->assertSame( [ 'success' => false, 'code' => 'x' ], Rest\flatten( [ 'success' => false, 'code' => 'x' ], 409 ) );
	}

	public function test_times(): void {
		$this->assertSame( '2024-11-22T05:40:00.123Z', Rest\rfc3339( 1732254000123 ) );
	}

	public function test_how_long_the_sender_waits(): void {
		$this->assertSame( [ 10, 20, 40, 80 ], array_map( function ( $n ) { return Outbound\waiting_time( $n, '', 0 ); }, [ 1, 2, 3, 4 ] ) );
		$this->assertSame( 3600, Outbound\waiting_time( 10, '', 0 ) );
		$this->assertSame( 3600, Outbound\waiting_time( 100000, '', 0 ) );
		$this->assertSame( 7, Outbound\waiting_time( 5, '7', 0 ) );
		$this->assertSame( 86400, Outbound\waiting_time( 5, '999999', 0 ) );
		$this->assertSame( 60, Outbound\waiting_time( 1, 'Fri, 22 Nov 2024 05:41:00 GMT', 1732254000 ) );
		$this->assertSame( 10, Outbound\waiting_time( 1, 'soon', 1732254000 ) );
	}
}
